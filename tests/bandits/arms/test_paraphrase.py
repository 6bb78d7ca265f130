"""`paraphrase` by rule: other words, the same question, in good English."""

import pytest
from tests.bandits.docs import query

from riffler.bandits.arms.inflection import gerund, participle, past, third_person
from riffler.bandits.arms.paraphrase import Paraphrase
from riffler.bandits.facts import facts
from riffler.bandits.guard import check
from riffler.bandits.pipeline import load_pipeline, parse


@pytest.mark.parametrize(
    ("text", "rewrite"),
    [
        ("How much does a coach weigh?", "What does a coach weigh?"),
        ("What does it mean?", "Tell me what it means."),
        ("What is the kind of thing?", "Tell me the kind of thing."),
        ("What is the depth of it?", "Tell me the depth of it."),
        ("Should I tell my boss?", "Tell me whether I should tell my boss."),
        ("Did he refer to it?", "Tell me whether he referred to it."),
        ("Which vaccines are safe?", "Tell me which vaccines are safe."),
        ("Who is eligible?", "Tell me who is eligible."),
        ("What does my name mean here?", "Tell me what my name means here."),
        ("Who played the villain?", "Who was the villain played by?"),
        ("How come a cricket ball swings?", "Explain why a cricket ball swings."),
        ("Is there a way to stop hiccups?", "Is it possible to stop hiccups?"),
        ("I'd like to know what a drill involves.", "Tell me what a drill involves."),
        ("tell me about music", "give me information about music"),
        ("Could you explain osmosis?", "Would you please explain osmosis?"),
        ("How do I reset the clock?", "What do I need to do to reset the clock?"),
        ("How do I quickly reset the clock?", "What is a quick way to reset the clock?"),
        ("How deep is the harbour?", "What is the depth of the harbour?"),
        ("How much does a coach cost?", "What does a coach cost?"),
        ('What does "petrichor" mean?', 'What is the meaning of "petrichor"?'),
        ("What's the population of Birmingham?", "What is Birmingham's population?"),
        ("What was Spain's first capital?", "What was the first capital of Spain?"),
        ("Explain the lbw law.", "Help me understand the lbw law."),
        ("Name three amphibians.", "Give three examples of amphibians."),
        ("Name the smallest bone.", "What is the smallest bone?"),
        ("Who ruled Spain in 1990?", "In 1990, who ruled Spain?"),
        ("Why does Carl never tell Jane?", "Explain why Carl never tells Jane."),
        ("Why do cats purr?", "Explain why cats purr."),
        ("Why don't cats purr?", "Explain why cats don't purr."),
        ("Why is my computer so slow?", "Explain why my computer is so slow."),
        ("When did Picasso give up cubism?", "Tell me when Picasso gave up cubism."),
        ("Where can I buy a bow?", "Tell me where I can purchase a bow."),
        ("Which metal reacts with water?", "Tell me which metal reacts with water."),
        ("What makes a raga different?", "Tell me what makes a raga different."),
        ("Is Madagascar bigger than Britain?", "Tell me whether Madagascar is larger than Britain."),
        ("Did the Vandals really sack Rome?", "Tell me whether the Vandals really sacked Rome."),
        ("Is it rude to whistle?", "Tell me whether it is rude to whistle."),
        ("What is the longest river?", "Name the longest river."),
        ("What's the fastest train?", "Name the fastest train."),
        ("How are tanks cleaned?", "Explain how tanks are cleaned."),
        ("How's glass made?", "Explain how glass is made."),
        ("What's the difference between a date and a fig?", "How do a date and a fig differ?"),
        ("Who lives in Paris and works in Rome?", "Tell me who lives in Paris and works in Rome."),
        ("Who lives in Rome, and who is in charge?", "Tell me who lives in Rome, and who is in charge."),
        ("Who moved to Rome in 1990 with Carl?", "Tell me who moved to Rome in 1990 with Carl."),
        ("Thanks for that. Who played the villain? Bye!", "Thanks for that. Who was the villain played by? Bye!"),
        ("How is sickle-cell anaemia inherited?", "Explain how sickle-cell anaemia is inherited."),
        (
            "Advise me on the ideal knife for a home cook, budget 80 dollars.",
            "Give me advice on the ideal knife for a home cook, budget 80 dollars.",
        ),
        (
            "Which glue is strongest for ceramics that go in the dishwasher?",
            "Tell me which glue is strongest for ceramics that go in the dishwasher.",
        ),
        ("Is it cruel to keep a single budgie?", "Is keeping a single budgie cruel?"),
        ("How do you tune an organ?", "How is an organ tuned?"),
        ("Explain photosynthesis?", "Help me understand photosynthesis."),
        (
            "What is the time complexity of inserting into a red-black tree?",
            "Tell me the time complexity of inserting into a red-black tree.",
        ),
        ("Is it OK to leave soup out overnight?", "Is leaving soup out overnight OK?"),
        ("What makes a raga different from a scale?", "How does a raga differ from a scale?"),
        ("Write a haiku about null pointers.", "Compose a haiku about null pointers."),
        (
            "How come the Swiss weren't drawn into the First World War?",
            "Explain why the Swiss weren't drawn into the First World War.",
        ),
        ("What was Borges's attitude to football?", "Tell me what Borges's attitude to football was."),
        ("Tell me who led the Haitian Revolution.", "Who led the Haitian Revolution?"),
        (
            'I wish I knew which song goes "da da dum, da da dum, woah".',
            'I would like to know which song goes "da da dum, da da dum, woah".',
        ),
        ("How do you remove plaster?", "How is plaster removed?"),
        (
            "Is there a way to stop hiccups that doesn't involve holding one's breath?",
            "Tell me whether there is a way to stop hiccups that doesn't involve holding one's breath.",
        ),
        (
            "How did Hannibal manage to get his elephants across the Alps?",
            "Explain how Hannibal managed to get his elephants across the Alps.",
        ),
        ("can u explain what a docker volume is", "would you please explain what a docker volume is"),
        ("Why don't woodpeckers get headaches?", "Explain why woodpeckers don't get headaches."),
        (
            "could u tell me how to get the bubbles out of epoxy resin",
            "would you please tell me how to get the bubbles out of epoxy resin",
        ),
        (
            "How many paint do I need for a room of 4 by 5 m with 2.5 m ceilings?",
            "Tell me how many paint I need for a room of 4 by 5 m with 2.5 m ceilings.",
        ),
        (
            "What makes thixotropic fluids thin out when they're shaken?",
            "Tell me what makes thixotropic fluids thin out when they're shaken.",
        ),
        (
            "Explain to me how dovetail joints are cut by hand without a jig.",
            "Tell me how dovetail joints are cut by hand without a jig.",
        ),
        (
            "I'd like to find a hotel in Marrakesh that isn't inside the medina.",
            "Help me find a hotel in Marrakesh that isn't inside the medina.",
        ),
        (
            "Who came up with the abominable idea of trench warfare?",
            "Tell me who came up with the abominable idea of trench warfare.",
        ),
        ("How does a bill become law in Kenya?", "Explain how a bill becomes law in Kenya."),
        ("Describe how to graft a pear onto quince rootstock.", "Explain how to graft a pear onto quince rootstock."),
        ("Why is it that gold doesn't tarnish?", "Explain why gold doesn't tarnish."),
        (
            "Recommend me the best recording of Bach's cello suites.",
            "Suggest the best recording of Bach's cello suites.",
        ),
        (
            "Do I have to declare a gift of £5,000 from my grandmother?",
            "Am I required to declare a gift of £5,000 from my grandmother?",
        ),
        (
            "Why does Mr Rochester never tell Jane that he has a wife in the attic?",
            "Explain why Mr Rochester never tells Jane that he has a wife in the attic.",
        ),
        (
            "I'd like the recipe for those little Portuguese custard tarts.",
            "Please give me the recipe for those little Portuguese custard tarts.",
        ),
        (
            'Give me a synonym for "sad" that isn\'t "unhappy"?',
            'What is a synonym for "sad" that isn\'t "unhappy"?',
        ),
        (
            "Suggest a dinner I can make with chickpeas, spinach and a tin of coconut milk.",
            "Recommend a dinner I can make with chickpeas, spinach and a tin of coconut milk.",
        ),
        (
            "Why is my Python script slower after I added threads?",
            "After I added threads, why is my Python script slower?",
        ),
        ("Give me the Swahili words for one to ten?", "What are the Swahili words for one to ten?"),
        (
            "Which is the most densely populated island in the world?",
            "Name the most densely populated island in the world.",
        ),
        (
            "Compare the narrators of Wuthering Heights and Rebecca in about 200 words.",
            "Draw a comparison between the narrators of Wuthering Heights and Rebecca in about 200 words.",
        ),
        (
            "Where do Zoroastrians come from, and how many of them are left?",
            "Tell me where Zoroastrians come from, and how many of them are left.",
        ),
        (
            "Find me the cheapest way of getting from Inverness to Orkney with a bike.",
            "What is the cheapest way of getting from Inverness to Orkney with a bike?",
        ),
        (
            "Who is eligible for jury service in New Zealand?",
            "Tell me who is eligible for jury service in New Zealand.",
        ),
        ("I need help with my case.", "Help me with my case."),
        ("Tell me what I can do with stale baguettes.", "What can I do with stale baguettes?"),
        (
            "Which vaccines are not recommended during pregnancy?",
            "Tell me which vaccines are not recommended during pregnancy.",
        ),
        ("help me with something", "give me a hand with something"),
        ("Which is the prettiest village in Alsace?", "Name the prettiest village in Alsace."),
        (
            "Why has my Corolla started burning oil again after the repair?",
            "Explain why my Corolla has started burning oil again after the repair.",
        ),
        (
            "Describe how the electoral college works in the fewest words possible.",
            "Explain how the electoral college works in the fewest words possible.",
        ),
        (
            "Tell me how long the Hundred Years' War actually lasted?",
            "Tell me how long the Hundred Years' War really lasted?",
        ),
        (
            "Do tenants in Berlin have to repaint when they move out?",
            "Are tenants in Berlin required to repaint when they move out?",
        ),
        (
            "Draft a resignation letter that doesn't burn any bridges.",
            "Compose a resignation letter that doesn't burn any bridges.",
        ),
        (
            "Summarise the career of Toussaint Louverture in five sentences for a wall display.",
            "Give a summary of the career of Toussaint Louverture in five sentences for a wall display.",
        ),
        ("When's the best time to prune an old apple tree?", "What is the best time to prune an old apple tree?"),
        (
            "What happens to a pension if the employer goes bust?",
            "If the employer goes bust, what happens to a pension?",
        ),
        (
            "How do I politely decline a meeting that could've been an email?",
            "What is a polite way to decline a meeting that could've been an email?",
        ),
        (
            "Describe the life cycle of a liver fluke for a sixth-form revision sheet.",
            "Give a description of the life cycle of a liver fluke for a sixth-form revision sheet.",
        ),
        ("Is Rust hard to get off?", "Tell me whether Rust is hard to get off."),
        (
            'What does "parsimonious" mean in "a parsimonious reading of Genesis"?',
            'What is the meaning of "parsimonious" in "a parsimonious reading of Genesis"?',
        ),
        ("Name the smallest bone in the human body.", "What is the smallest bone in the human body?"),
        (
            "Why do manufacturers no longer put lead in petrol?",
            "Explain why manufacturers no longer put lead in petrol.",
        ),
        ("What is the albedo of Enceladus?", "Tell me the albedo of Enceladus."),
        ("Name three amphibians?", "Give three examples of amphibians."),
        (
            "How do I get my daughter to stop hating maths?",
            "What do I need to do to get my daughter to stop hating maths?",
        ),
        (
            "Come up with six questions to ask a candidate who has never managed anyone.",
            "Think of six questions to ask a candidate who has never managed anyone.",
        ),
        ("Explain how a lock works.", "How does a lock work?"),
        ("Is the theremin hard to learn?", "Is it hard to learn the theremin?"),
        (
            "Which of Genghis Khan's sons inherited the western steppes?",
            "Tell me which of Genghis Khan's sons inherited the western steppes.",
        ),
        ("What's the difference between a mutex and a semaphore?", "How do a mutex and a semaphore differ?"),
        (
            "Is Beyoncé a better singer than Whitney Houston was?",
            "Tell me whether Beyoncé is a better singer than Whitney Houston was.",
        ),
        (
            "What's the probability of rolling at least one six with four dice?",
            "Tell me the probability of rolling at least one six with four dice.",
        ),
        ('Translate "the bill, please" into Portuguese.', 'How do you say "the bill, please" in Portuguese?'),
        ("What do I wear to an interview at a bank?", "What should I wear to an interview at a bank?"),
        (
            "Give an example of a symbiosis that doesn't benefit one of the partners.",
            "What is an example of a symbiosis that doesn't benefit one of the partners?",
        ),
        ("What are the earliest signs of scurvy?", "Name the earliest signs of scurvy."),
        ("which roses dont need much sun", "tell me which roses dont need much sun"),
        ('How do you say "I miss you" in Tagalog?', 'What is "I miss you" in Tagalog?'),
        ("How long does it take to bake bread?", "How much time does it take to bake bread?"),
        ("How much time does it take to bake bread?", "How long does it take to bake bread?"),
        ("How long is the river?", "What is the length of the river?"),
        ("How long is the party?", "Tell me how long the party is."),
        ("Is it possible to grow bananas in Norway?", "Is there a way to grow bananas in Norway?"),
        ("What kind of wood is it made of?", "What sort of wood is it made of?"),
        ("What makes a cat different from a dog?", "How does a cat differ from a dog?"),
        ("What made tigers different from lions?", "Tell me what made tigers different from lions."),
        ("What causes volcanoes to erupt?", "Tell me what causes volcanoes to erupt."),
        ("What makes cats purr?", "Tell me what makes cats purr."),
        ("What makes glass break?", "Why does glass break?"),
        ("What are the drawbacks of nuclear power?", "Name the disadvantages of nuclear power."),
        ("Which kids often buy movies?", "Which children frequently purchase films?"),
        ("What do I need?", "Tell me what I need."),
        ("When did Carl last visit Rome?", "When was the last time that Carl visited Rome?"),
        ("When did Carl last read it at home?", "Tell me when Carl last read it at home."),
        ("Who were the Romans?", "Tell me who the Romans were."),
        ("Who wrote the old book?", "Who was the old book written by?"),
        ("Who painted it?", "Tell me who painted it."),
        ("What makes him laugh?", "Tell me what makes him laugh."),
        ("How much does it cost?", "Tell me how much it costs."),
        ("What does love mean to us?", "Tell me what love means to us."),
        ("Is the rope easy to get off?", "Tell me whether the rope is easy to get off."),
        (
            "How do you get red wine out of a carpet?",
            "What do you need to do to get red wine out of a carpet?",
        ),
        (
            "Is it safe to eat raw eggs when pregnant?",
            "Tell me whether it is safe to eat raw eggs when pregnant.",
        ),
        ("What happens if I don't pay a parking fine?", "If I don't pay a parking fine, what happens?"),
        ("Who came?", "Tell me who came."),
        ("Who destroyed the towers?", "Who were the towers destroyed by?"),
        ("Where do I buy stamps?", "Where can I purchase stamps?"),
        ("Where do we see whales?", "Where can we see whales?"),
        ("What happens when the alarm rings?", "Tell me what happens when the alarm rings."),
        ("What happens to it when he calls?", "Tell me what happens to it when he calls."),
        ("Explain the rules of chess and go.", "Help me understand the rules of chess and go."),
        ("Describe how he did it.", "How did he do it?"),
        ("Tell me how far Rome is.", "How far is Rome?"),
        ("Tell me what he reads.", "What does he read?"),
        ("Compare apples and pears.", "Draw a comparison between apples and pears."),
        ("Name the fastest train.", "What is the fastest train?"),
        ("List three rivers.", "Give three examples of rivers."),
        ("Suggest me a film.", "Recommend a film."),
        ("Draft a song about rain.", "Compose a song about rain."),
        ("I'd like to learn Welsh.", "Help me learn Welsh."),
        ("Is Rust easy to learn?", "Is it easy to learn Rust?"),
        ("Is swimming hard to teach?", "Is it hard to teach swimming?"),
        ("Is it dangerous to eat mould?", "Is eating mould dangerous?"),
        ("Does a dog have to sleep?", "Is a dog required to sleep?"),
        ("Do they have to?", "Tell me whether they have to."),
        ("Is it safe to die?", "Tell me whether it is safe to die."),
        ("Has she not left?", "Tell me whether she has not left."),
        ("How often does it rain in Rome?", "In Rome, how frequently does it rain?"),
        ("In which town does he live?", "Tell me in which town he lives."),
        ("In what year did Rome fall?", "Tell me in what year Rome fell."),
        ("What has he got?", "Tell me what he has got."),
        ("What are tigers?", "Tell me what tigers are."),
        ("What's the time?", "Tell me what the time is."),
        ("How can I safely remove mould?", "What is a safe way to remove mould?"),
        ("How do I go home?", "What do I need to do to go home?"),
        ("How should I properly store cheese?", "What is a proper way to store cheese?"),
        ("How do you make bread?", "How is bread made?"),
        ("How do you give him bread?", "What do you need to do to give him bread?"),
        ("How do you clean it?", "What do you need to do to clean it?"),
        ("How do you get rid of mould?", "What do you need to do to get rid of mould?"),
        ("How do you fasten ropes?", "What do you need to do to fasten ropes?"),
        ("What is the difference between A or B?", "Tell me the difference between A or B."),
        ("What differences are there between cats and dogs?", "How do cats and dogs differ?"),
        ("Can u help me?", "Would you please help me?"),
        ("Is there a way?", "Tell me whether there is a way."),
        (
            "Why does the kid that he knows buy an ice-cream maker?",
            "Explain why the child that he knows buys an ice-cream maker.",
        ),
        ("Which movie is famous?", "Tell me which film is well-known."),
        ("He usually reads an easy book and it is hard.", "He normally reads an easy book and it is difficult."),
        ("Does she require an assistant?", "Tell me whether she requires an assistant."),
        ("Who selects the kids?", "Tell me who chooses the children."),
    ],
)
def test_rules(text: str, rewrite: str) -> None:
    """Each rule changes the asking sentence alone; the guard lets it pass."""
    made = Paraphrase().by_rule(query(text))
    assert made is not None
    assert made.text == rewrite
    assert check(text, rewrite).kept
    kept = {"number", "quoted", "negation"}
    assert {(fact.kind, fact.value) for fact in facts(text) if fact.kind in kept} == {
        (fact.kind, fact.value) for fact in facts(rewrite) if fact.kind in kept
    }


@pytest.mark.parametrize(
    "text",
    [
        "Why not?",
        "SHOW ME CHEAP FLIGHTS",
        "Why?",
        "How do you feel?",
        "How do you do it?",
        "How deep is it?",
        "How deep is the old harbour at low tide?",
        "What is his dog's name?",
        "Explain why.",
        "Name it.",
        "Would you mind?",
        "Could you please explain osmosis?",
        "Can you?",
        "Does anyone know the time?",
        "Is 1 a prime number or not?",
        "Isn't it odd?",
        "Is there a way to stop hiccups that works?",
        "Which do you like?",
        "Who is the longest river?",
        "What size is my ring?",
        "Why is now my computer slow?",
        "Where is she in the morning?",
        "Why is it?",
        "How are you?",
        "What's happened?",
        "In 1990?",
        "One. Two.",
        "What\nis it?",
        "!?",
        "When is it?",
        "I'd go.",
        "I'm curious.",
        "I'd like two tarts.",
        "What's the difference between a date and a fig, or did she mean the calendar?",
        "When did Argentina last default on its sovereign debt?",
        "Who's the most underrated drummer of the seventies, do you think?",
        "Did Clara Schumann compose more than Robert, or did he merely publish more?",
        "What size is my wedding ring?",
        'What\'s the plural of "attorney general"?',
        "How does an oxbow lake form?",
        "We argued all night about wine and cheese and football, so tell me why cats purr.",
        "He asked what it was and we all laughed for an hour, so why do cats purr?",
        "Explain it.",
        "Tell me why dogs have not left.",
        "Tell me how birds fly to a child.",
        "Compare apples.",
        "Name three old rivers.",
        "I'd like to sing.",
        "Do you have to go?",
        "Would I like it?",
        "How many dogs has she?",
        "Which of them left?",
        "Which of them?",
        "Whose dog is it?",
        "Who else was there?",
        "What is the best and cheapest phone or tablet?",
        "Who is there?",
        "What is it?",
        "What was the name of the old king of France who died in Rome?",
        "Which dogs do not bark?",
        "How is the weather?",
        "How are you feeling?",
        "Why did you leave?",
        "Why is there a fee?",
        "How can I tell?",
        "What is the difference between cats, dogs and rats?",
        "Could you please sing?",
        "Can you swim?",
        "Is?",
        "why does git pull keep asking me for my password every single time",
        "How far is the moon from the earth?",
        "Would a heat pump work in an old house?",
        "How does the stock market work and why does it crash?",
        "What is the food like in Peru?",
        "What are the beaches like in Peru?",
        "Who did the president meet?",
        "Who wrote Hamlet and when did he die?",
        "Who ruled Peru, or was it free?",
        "Who came first, and is it true that there was a fight?",
        "What are the symptoms of flu and how long do they last?",
        "Do cats " + "purr and " * 40 + "sleep?",
    ],
)
def test_no_rule_is_nothing_to_do(text: str) -> None:
    """Where the meaning might change, or no rule fits, the query stays."""
    assert Paraphrase().by_rule(query(text)) is None


def test_parse_is_needed_for_the_rule_only() -> None:
    """Without a parse the rule has nothing to do; the engine can still be asked, but not about nothing."""
    unparsed = parse(load_pipeline("blank"), "Who played the villain?")
    assert Paraphrase().by_rule(unparsed) is None
    prompt = Paraphrase().prompt(unparsed)
    assert prompt is not None
    assert "\nWho played the villain?\n" in prompt.text
    assert Paraphrase().prompt(parse(load_pipeline("blank"), " ")) is None


@pytest.mark.parametrize(
    ("base", "form"),
    [
        ("write", "wrote"),
        ("bake", "baked"),
        ("try", "tried"),
        ("play", "played"),
        ("stop", "stopped"),
        ("sack", "sacked"),
        ("explain", "explained"),
        ("refer", "referred"),
        ("offer", "offered"),
        ("confer", None),
        ("travel", None),
        ("x", None),
        ("naïf", None),
        ("e-mail", None),
    ],
)
def test_past(base: str, form: str | None) -> None:
    """A form that isn't sure is none."""
    assert past(base) == form


@pytest.mark.parametrize(
    ("base", "form"),
    [("be", "is"), ("have", "has"), ("try", "tries"), ("play", "plays"), ("go", "goes"), ("tell", "tells")],
)
def test_third_person(base: str, form: str) -> None:
    """The form that goes with `it`."""
    assert third_person(base) == form


@pytest.mark.parametrize(
    ("base", "form"), [("write", "written"), ("bake", "baked"), ("stop", "stopped"), ("put", "put"), ("travel", None)]
)
def test_participle(base: str, form: str | None) -> None:
    """The irregular ones are known, the others are as the past tense."""
    assert participle(base) == form


@pytest.mark.parametrize(
    ("base", "form"),
    [
        ("make", "making"),
        ("see", "seeing"),
        ("be", "being"),
        ("lie", "lying"),
        ("stop", "stopping"),
        ("begin", "beginning"),
        ("visit", "visiting"),
        ("keep", "keeping"),
        ("travel", None),
        ("e-mail", None),
        ("x", None),
    ],
)
def test_gerund(base: str, form: str | None) -> None:
    """The form in -ing, or none where it isn't sure."""
    assert gerund(base) == form


def test_other_labels() -> None:
    """A parse in ClearNLP's labels is read as well."""
    made = Paraphrase().by_rule(query("Who ruled Peru in 1990?"))
    assert made is not None
    assert made.text == "In 1990, who ruled Peru?"
