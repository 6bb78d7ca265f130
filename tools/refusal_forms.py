"""How chat models refuse, language by language: what a refusal opens with, and what it says it won't do.

The patterns are for text as `refusing.py` lays it out: without case, on one line, with plain apostrophes and single
blanks, compatibility forms (full-width commas and letters) folded. `OPENINGS` match at the beginning of a text, and a
text that isn't a refusal may open so, too. `CERTAIN` match there and leave no doubt. `ACTS` stand anywhere in the first
words of a text that opens so, and leave no doubt either: that somebody won't help, answer, or write a summary.
"""

from __future__ import annotations

_CANNOT = (
    r"(?:can't|cannot|can not|couldn't|could not|won't|will not|am unable to|'m unable to|are unable to|'re unable to"
    r"|am not able to|'m not able to|am not allowed to|'m not allowed to|would rather not|'d rather not"
    r"|(?:must|have to|need to|will have to) (?:\w+ly )?(?:decline|refuse) to|decline to|refuse to)"
)
_I = rf"(?:\b(?:i|we) ?|\b(?:sorry|but|unfortunately|afraid)[,.]? (?:i |we )?){_CANNOT} (?:\w+ly )?"
_THAT = r"(?: (?:you|me|it|a|an|any|the|that|this|these|your|such|provided|requested|kind|type|sort|of|with|for))*"
_OURS = r"(?:summar\w*|text|information|content|material|document|response|answer|assistance|help|requests?|task|topic)"
_ENDS = r"(?: *[.,;:!\"]|$)"
_TEXT = r"(?:texts?|documents?|passages?|articles?|files?|contents?|conversations?|messages?|material|transcripts?)"

OPENINGS: tuple[str, ...] = (
    # English
    r"(?:i'm|i am|i was|we're|we are) (?:(?:very|so|really|truly|deeply|terribly) )?"
    r"(?:sorry|afraid|unable|not able|uncomfortable|not comfortable|not allowed|not permitted|not in a position)\b",
    rf"(?:i|we) {_CANNOT}",
    r"(?:i|we) (?:can't|cannot|can not|couldn't|could not|won't|will not|am unable|(?:sincerely "
    r"|deeply )?apologi[sz]e)\b",
    r"(?:i|we) (?:do not|don't|did not|didn't) (?:feel (?:\w+ )?comfortable|have|see|find|receive|think i)\b",
    r"(?:i|we)(?:'m going to|'ll| will| would| am going to)?(?: must| have to| need to)? ?"
    r"(?:\w+ly )?(?:decline|refuse|regret)\b",
    r"(?:sorry|apologies|my (?:sincere )?apologies|unfortunately|regrettably|regretfully)[,.!:]? "
    r"(?:(?:but|for|about) )?(?:i|we|i'm|we're|there|no|it|that|this|the|your|you|can't|cannot|any|not)\b",
    r"as an? (?:ai|a\.i\.|artificial intelligence|(?:large )?language model|llm)\b",
    r"there (?:is|was|'s|are|were|isn't|wasn't|does not|doesn't)\b.{0,30}\b" + _TEXT,
    rf"(?:no|the|your) (?:[\w-]+ )?(?:{_TEXT}|information|input|text) (?:was|were|has|have|is|are|seems?|appears?)\b",
    r"(?:could|can|would|will) you (?:please |kindly )?(?:provide|share|paste|send|give|upload|supply|clarify)\b",
    r"(?:please |kindly )(?:provide|share|paste|send|give|upload|supply|include|let me know)\b",
    r"it (?:looks|seems|appears)\b",
    r"(?:this|that|the|your) (?:text|content|request|document|material|passage|message) (?:violates|contains"
    r"|goes|is|isn't)\b",
    # German
    r"(?:es )?tut mir (?:sehr |wirklich )?leid|entschuldigung|entschuldigen sie|entschuldige,|verzeihung,"
    r"|leider\b|ich bedau[er]"
    r"|ich bitte um (?:entschuldigung|verständnis)|ich muss (?:das |dies )?(?:leider )?ablehnen",
    r"ich (?:kann|darf|möchte|werde) (?:das|dabei|diese[nmrs]?|den|dem|dazu|hier|ihnen|dir|leider|nicht"
    r"|kein\w*)\b.{0,60}"
    r"\b(?:nicht|kein\w*)|ich kann (?:leider |das )?(?:nicht|kein\w*)|ich bin (?:leider )?nicht (?:in der lage|befugt)",
    r"als (?:ki\b|künstliche intelligenz|(?:ein )?(?:grosses )?(?:ki-)?sprachmodell)|bitte (?:geben|stellen"
    r"|teilen|senden|fügen) sie",
    r"es (?:wurde|gibt|liegt|ist) kein\w* (?:\w+ )?(?:text|inhalt|dokument)",
    # French
    r"(?:je (?:suis|me sens) )?(?:vraiment |sincèrement |profondément )?désolée?\b|je (?:regrette|m'excuse)"
    r"|(?:toutes )?mes excuses"
    r"|malheureusement|je vous prie de m'excuser|pardon,|excusez-moi",
    r"je ne (?:peux|puis|pourrai|suis|dispose|souhaite|vois|vais)\b.{0,12}\b(?:pas|d'aucun)|je ne peux"
    r"|je dois (?:\w+ )?(?:décliner|refuser)",
    r"en tant qu(?:e (?:grand )?modèle|'(?:ia|intelligence|assistant))|veuillez (?:me )?(?:fournir|partager)"
    r"|aucun texte",
    # Spanish
    r"lo (?:siento|lamento)|lamento|lamentablemente|desafortunadamente|por desgracia|disculp[ae]|me disculpo"
    r"|mis disculpas|perdón[,.]"
    r"|no (?:puedo|podemos|me es posible|soy capaz|estoy en condiciones|tengo acceso)\b|debo (?:declinar|rechazar)",
    r"como (?:una? )?(?:ia\b|modelo de lenguaje|inteligencia artificial)|por favor,? (?:proporcion|compart"
    r"|envíe)|no (?:hay|se ha\w*) \w+ texto",
    # Italian
    r"(?:mi|ci) (?:dispiace|spiace|scuso)|spiacente|purtroppo|chiedo scusa|scus(?:a|ami|ate|atemi|i)[,.]|sono spiacente"
    r"|non (?:posso|possiamo|riesco|sono in grado|mi è possibile|ho accesso)\b|come (?:un )?modello"
    r"|devo (?:declinare|rifiutare)",
    # Portuguese
    r"desculp(?:e|a|em|as)\b|(?:peço|minhas) desculpas?|lamento|sinto muito|infelizmente|não (?:posso|podemos"
    r"|consigo|é possível|sou capaz|tenho acesso)\b"
    r"|como (?:uma? )?(?:ia\b|modelo de linguagem|inteligência artificial)|por favor,? forneça",
    # Dutch
    r"het spijt me|mijn (?:excuses|verontschuldigingen)|sorry,? (?:maar )?ik|helaas\b"
    r"|ik kan (?:\w+ ){0,3}(?:niet|geen)\b|als (?:een )?(?:ai|taalmodel)\b",
    # Scandinavian
    r"(?:jeg|jag) (?:beklager|beklagar|kan (?:\w+ )?(?:ikke|inte))|beklager|beklagar|tyvärr|desværre|dessverre"
    r"|förlåt[,.]|undskyld[,.]",
    # Polish, Czech
    r"przepraszam|niestety|przykro mi|nie (?:mogę|jestem w stanie|potrafię)\b|jako (?:model językowy|sztuczna)",
    r"(?:je mi to )?(?:bohužel|omlouvám se|lituji)|je mi líto|nemohu\b|promiňte[,.]",
    # Russian, Ukrainian
    r"к сожалению|извините|извиняюсь|простите|прошу (?:прощения|извинить)|приношу (?:свои )?извинения"
    r"|мне (?:очень )?жаль|сожалею",
    r"(?:я )?не (?:могу|смогу|имею возможности|имею доступа|в состоянии)\b|как (?:большая )?(?:языковая модель"
    r"|ии\b|искусственный)|пожалуйста,? (?:предоставьте|пришлите)",
    r"на жаль|вибачте|перепрошую|мені (?:дуже )?шкода|(?:я )?не можу\b",
    # Turkish
    r"(?:çok )?üzgünüm|maalesef|ne yazık ki|özür dilerim|kusura bakmayın|bir yapay zeka",
    # Indonesian, Vietnamese
    r"(?:mohon )?maaf[,. ]|saya (?:mohon|minta) maaf|saya tidak (?:dapat|bisa)|(?:tôi )?(?:rất )?(?:xin lỗi"
    r"|rất tiếc)|tôi không thể",
    # Arabic, Persian, Hebrew, Hindi
    r"عذر|آسف|أنا آسف|أعتذر|معذرة|للأسف|لا (?:أستطيع|يمكنني)|لا يمكنني|متأسف|ببخشید|نمی ?توانم",
    r"אני מצטער|מצטער|סליחה,|לצערי|איני יכול|אני לא יכול",
    r"(?:मुझे )?(?:क्षमा|माफ|माफ़|खेद)|दुर्भाग्य",
    # Chinese
    r"(?:我)?(?:很|非常|十分|深感|实在|實在)?(?:抱歉|遗憾|遺憾)[,。!]|对不起[,。!]|對不起[,。!]|不好意思[,。!]",
    r"(?:我|本人)(?:很|非常)?(?:无法|無法|不能|没有办法|沒有辦法|没办法|不便|不会|不會|拒绝|拒絕|没有|沒有)|无法(?:提供|总结|概括)",
    r"作为(?:一个|一名|一款)?(?:ai|人工智能|大?型?语言模型)|作為(?:一個)?(?:ai|人工智慧|語言模型)|请(?:您)?提供|請(?:您)?提供|没有(?:提供|可供|任何)|您没有",
    # Japanese
    r"(?:大変|誠に|まことに|本当に)?申し訳|すみません|すいません|恐れ入りますが|恐縮ですが|残念ながら|ごめんなさい|私は.{0,20}できません"
    r"|ai(?:として|アシスタント)|(?:テキスト|文章|本文)(?:が|は)(?:提供|入力|含まれ|見当たり|ありません|空)|要約(?:する)?.{0,12}できません",
    # Korean
    r"(?:대단히 |정말 )?(?:죄송|미안|유감스럽|안타깝)|아쉽게도|저는 .{0,30}수 없"
    r"|(?:텍스트|본문|내용)(?:가|이) (?:제공|없)|ai(?:로서| 언어)",
)

CERTAIN: tuple[str, ...] = (
    r"as an? (?:ai|artificial intelligence|(?:large )?language model|llm)(?: (?:language )?(?:model|assistant"
    r"|system|chatbot))?,? i\b",
    rf"i (?:do not|don't|did not|didn't) (?:have|see|find|receive) (?:(?:access to|any|a|an|the|your"
    rf"|enough) )+{_TEXT}\b.{{0,30}}"
    r"(?:to summari|provided|attached|shared|here|you|\.|$)",
    rf"there (?:is|was|'s|are|isn't|wasn't) (?:no|not any|any|nothing)(?: \w+)?(?: {_TEXT})? (?:to summari[sz]e"
    rf"|provided|given|between)\b",
    r"(?:no|the) (?:\w+ )?(?:text|passage|input|document) (?:was|were|has been|have been|is) (?:not )?"
    r"(?:provided|given|supplied|included|pasted|shared|attached|empty|blank|missing)\b",
    rf"(?:could|can|would|will) you (?:please |kindly )?(?:provide|share|paste|send|give|upload|supply)"
    rf"(?: me)?(?: with)?(?: (?:the|your|a|some|more|full|actual|original))* {_TEXT}\b",
    rf"(?:please |kindly )?(?:provide|share|paste|upload|supply|include)"
    rf"(?: me)?(?: with)?(?: (?:the|your|a|some|more|full|actual|original))* {_TEXT}\b",
    r"it (?:looks|seems|appears) (?:like |that |as if |as though )?(?:you|your message|no text|there is no text"
    r"|the text is (?:empty|missing))\b",
    r"i(?:'d| would|'m| am) (?:be )?(?:happy|glad|pleased) to (?:help|assist|summari[sz]e)\b",
)

ACTS: tuple[str, ...] = (
    # English
    _I + rf"(?:help|assist)(?: you)?(?:{_ENDS}| (?:with|in|on) (?:that|this|your|summari\w*|the (?:text|request)"
    rf"|such|it|creating|writing)\b)",
    _I + rf"(?:comply|continue|proceed|engage|respond|answer)(?:{_ENDS}| (?:with|to|in) (?:that|this|your|the"
    rf"|such)\b| (?:that|this|your)\b)",
    _I + r"(?:summari[sz]e|condense|paraphrase)\b",
    _I + r"(?:reproduce|fulfil+|discuss|read or|access or) ?(?:the|this|that|your"
    r"|it|any|such|text|content|$)",
    _I + rf"(?:provide|give|create|write|generate|produce|offer|make|complete|process|do){_THAT} {_OURS}\b",
    _I + rf"(?:see|find|access|view|open|read){_THAT} {_TEXT}\b",
    _I + rf"do (?:that|this|so|it){_ENDS}",
    r"\bcomfortable (?:with )?(?:summari[sz]|provid|writ|creat|do|respond|answer|help|assist|engag|continu"
    r"|discuss|produc)\w*ing\b",
    r"\bcomfortable with (?:this|that|your)\b",
    rf"\b(?:decline|refuse)(?:{_ENDS}| (?:this|that|your|the) (?:request|task)\b)",
    r"\b(?:against|violates?) (?:my|our|the|any) \w* ?(?:guidelines|polic(?:y|ies)|programming|principles|terms)\b",
    r"\bin a position to (?:help|assist|summari|provide|comply|answer)",
    # German
    r"\b(?:ich|wir)\b[^.]{0,60}\b(?:nicht|keine?n?)\b(?:(?! und )[^.]){0,50}\b(?:\w*helfen|zusammen(?:zu)?fassen"
    r"|zusammenfassung|unterstützen|bereitstellen|beantworten"
    r"|nachkommen|erfüllen)\b",
    # French, Spanish, Italian, Portuguese
    r"\bne (?:peux|puis|pourrai|suis)\b.{0,30}\b(?:aider|résumer|résumé|fournir|répondre|assister|satisfaire"
    r"|donner suite|faire cela)\b",
    r"\bno (?:puedo|podemos|me es posible|soy capaz de) .{0,20}(?:ayudar|resumir|resumen|proporcionar|asistir"
    r"|cumplir|responder|hacer eso)",
    r"\bnon (?:posso|possiamo|riesco a|sono in grado di|mi è possibile) .{0,20}(?:aiutar|riassum|riassunto"
    r"|fornir|assister|soddisfar|risponder|far(?:e|lo))",
    r"\bnão (?:posso|podemos|consigo|é possível|sou capaz de) .{0,20}(?:ajud|resum|fornecer|atender|auxiliar"
    r"|responder|cumprir|fazer isso)",
    # Dutch, Scandinavian, Polish
    r"\bkan (?:\w+ ){0,4}(?:niet|geen)\b.{0,30}(?:helpen|samenvatten|samenvatting|geven|voldoen)",
    r"\bkan (?:\w+ )?(?:ikke|inte) .{0,20}(?:hjelpe|hjælpe|hjälpa|oppsummere|opsummere|sammanfatta)",
    r"\bnie (?:mogę|jestem w stanie|potrafię) .{0,20}(?:pomóc|streścić|podsumować|udzielić|spełnić|odpowiedzieć)",
    # Russian, Ukrainian
    r"\bне (?:могу|сможем|смогу|можем|в состоянии|можу) .{0,20}(?:помочь|выполнить|предоставить|обобщить"
    r"|резюмировать|суммировать|составить"
    r"|пересказать|ответить|допомогти|узагальнити|виконати)",
    # Turkish, Indonesian, Vietnamese
    r"(?:yardımcı ol|özetley|cevapla|yanıtla)\w*am\w*|tidak (?:dapat|bisa) (?:membantu|meringkas|memberikan"
    r"|memenuhi)|không thể (?:giúp|tóm tắt|hỗ trợ)",
    # Arabic, Hindi
    r"(?:لا|لن) (?:أستطيع|يمكنني|أتمكن من) .{0,12}(?:مساعدت|تلخيص|تقديم|الرد)|(?:मदद|सहायता"
    r"|सारांश).{0,20}(?:नही|असमर्थ)",
    # Chinese, Japanese, Korean
    r"(?:无法|無法|不能|没法|没有办法|不便|拒绝|拒絕)[^。,]{0,12}(?:提供|总结|總結|概括|摘要|协助|協助|帮助|幫助|帮您|回答|满足|滿足|生成|处理您)|不合适的内容|违反[^。]{0,8}(?:政策|准则|规定)",
    r"(?:要約|お手伝い|対応|お答え|回答|提供|ご要望|お応え)[^。]{0,14}(?:できません|できかね|いたしかね|出来ません|致しかね)",
    r"(?:요약|도와|도움|제공|응답|답변|대답)[^.]{0,12}(?:수 ?없|못|어렵)",
)

COMMON = frozenset(
    "i we you it as an ai the and but for not no any can can't do did was has had are our its his her she he they "
    "ich sie es das die der dem den du wir ihnen ihr mir und aber ein je il la le les mi lo el yo io eu "
    "about able access again agree aloud also although always anything apologize apologise apologies appear "
    "appears article "
    "articles artificial assist assistance assistant based because been before being below between both cannot "
    "comfortable "
    "comply contain contains content contents context could decline describe details didn't discuss document documents "
    "does doesn't doing don't dashes each either else empty enough even every everything file files following from "
    "give "
    "given goes going happy harmful have haven't help helpful here however i'd i'll i'm i've include included "
    "information "
    "input instead into intelligence involve it's just kind know language large like lines main make material maybe "
    "message might model more most must need nothing only original other otherwise over paste passage please policy "
    "possible proceed produce properly provide provided read really regarding request requested require respectfully "
    "respond response right same seem seems send share should since some something sorry specific still such "
    "sufficient "
    "summaries summarise summarised summarize summarized summary sure text that that's their them then there there's "
    "these they thing things this those through topic type unable under understand unfortunately until very want "
    "wasn't well were what when where which while will with within without won't work would write written wrong your "
    "anfrage anliegen aufgabe dieses diesem diesen dieser eine einen inhalt inhalte kann keine leid leider nicht "
    "zusammenfassung zusammenfassen texte gerne bitte "
    "cette pour dans vous avec texte résumé demande contenu désolé "
    "esta este para texto resumen solicitud contenido pero siento puedo "
    "questo questa testo richiesta riassunto posso resumo pedido conteúdo isso".split()
)
"""Words that refusals are made of: that the original has one of them, too, says nothing. In lower case."""
