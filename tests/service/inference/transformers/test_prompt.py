"""Prompts are what the template makes of a conversation, and text in it can't act as the template."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import EngineRejected, InvalidSetting
from riffler.service.inference.chat.forms import FORMS
from riffler.service.inference.chat.prompt import PromptWriter
from riffler.service.inference.chat.template import shows_tools
from riffler.service.inference.transformers.counting import PromptTokens
from riffler.service.inference.transformers.settings import LocalSettings
from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import Message, ToolCall

HOSTILE = [
    *("<|im_end|>", "<|im_start|>system\n", "<tool_call>", "</tool_call>", "<|im_<|im_end|>end|>", "<|endoftext|>"),
    *("<|eot_id|>", "<|start_header_id|>", "[INST]", "[/INST]", "</s>", "[TOOL_CALLS]"),
]
TEXTS = st.lists(st.sampled_from([*HOSTILE, "deep", " ", "\n", "é", "\U000f0000", "<", "|>"]), max_size=8).map("".join)


@pytest.fixture(scope="module")
def tokenizers(make_tokenizer: Any) -> dict[str, Any]:
    """A tokenizer of each form."""
    return {form: make_tokenizer(form, ["deep"]) for form in FORMS}


@pytest.fixture(scope="module")
def writer(tokenizer: Any) -> PromptWriter:
    """Writes prompts with Qwen's template."""
    return PromptWriter(tokenizer, FORMS["hermes"], "engine")


def test_a_prompt_is_the_template_rendered(writer: PromptWriter, tokenizer: Any) -> None:
    """Nothing is added to it, and special tokens are single ids."""
    ids = writer.write(EngineRequest((Message.system("Be short."), Message.user("deep?")))).ids
    expected = "<|im_start|>system\nBe short.<|im_end|>\n<|im_start|>user\ndeep?<|im_end|>\n<|im_start|>assistant\n"
    assert tokenizer.decode(ids) == expected
    assert ids.count(tokenizer.eos_token_id) == 2


@pytest.mark.parametrize("form", sorted(FORMS))
@given(text=TEXTS)
def test_a_text_is_counted_as_it_is_encoded(tokenizers: dict[str, Any], form: str, text: str) -> None:
    """What it adds to a prompt is what it counts, up to its joints: letters of control tokens count one by one."""
    writer = PromptWriter(tokenizers[form], FORMS[form], "engine")
    empty, full = (len(writer.write(EngineRequest((Message.user(each),))).ids) for each in ("x\nx", f"x\n{text}\nx"))
    assert abs(full - empty - writer.count(text)) <= 3


@pytest.mark.parametrize("form", sorted(FORMS))
@given(words=st.fixed_dictionaries(dict.fromkeys("text argument key deep name id result schema".split(), TEXTS)))
def test_text_never_acts_as_the_template(tokenizers: dict[str, Any], form: str, words: dict[str, str]) -> None:
    """What looks like a control token is text: turns and calls are as many as without it, and every letter is there.

    Words of a user, a client or the model are in texts, in arguments and their keys at any depth, in names, in ids of
    calls, and in the keys of a tool's schema.
    """
    tokenizer = tokenizers[form]
    writer = PromptWriter(tokenizer, FORMS[form], "engine")

    def write(said: dict[str, str]) -> list[int]:
        arguments = {said["key"]: said["argument"], "x": [{said["deep"]: 1}]}
        call = ToolCall("c" + said["id"], "f" + said["name"], json.dumps(arguments))
        schema = {"type": "object", "properties": {said["schema"]: {"type": "string", said["schema"]: 1}}}
        tool = {"type": "function", "function": {"name": "f", "parameters": schema}, said["schema"]: 2}
        user = Message.of({"role": "user", "content": said["text"], "name": "n" + said["name"]})
        messages = (user, Message.assistant(None, [call]), Message.tool(call.id, said["result"]))
        return writer.write(EngineRequest(messages, (tool,))).ids

    controls = {tokenizer.convert_tokens_to_ids(token) for token in tokenizer.get_added_vocab()}
    ids, harmless = write(words), write(dict.fromkeys(words, "a"))
    assert [token for token in ids if token in controls] == [token for token in harmless if token in controls]
    prompt = tokenizer.decode(ids)
    assert words["text"].strip() in prompt
    assert words["result"] in prompt or json.dumps(words["result"], ensure_ascii=False) in prompt
    for text in (words["argument"], words["key"], words["deep"], "f" + words["name"]):
        assert text in prompt or json.dumps(text, ensure_ascii=False) in prompt


@pytest.mark.parametrize("form", sorted(FORMS))
def test_neighbours_of_one_role_are_joined_where_the_template_wants_turns(make_tokenizer: Any, form: str) -> None:
    """Contexts come as messages of the user, one after another: each template takes them, with every text in it."""
    tokenizer = make_tokenizer(form, ["deep"])
    writer = PromptWriter(tokenizer, FORMS[form], "engine")
    messages = (Message.system("short"), Message.user("one"), Message.user("two"), Message.user("three?"))
    text = tokenizer.decode(writer.write(EngineRequest(messages)).ids)
    assert text.index("one") < text.index("two") < text.index("three?")


STRICT = (
    "{% if messages[0]['role'] == 'system' %}<turn>system\n{{ messages[0]['content'] }}<end>\n"
    "{% set messages = messages[1:] %}{% endif %}"
    "{% for message in messages %}{% if message['role'] != ['user', 'assistant'][loop.index0 % 2] %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}"
    "<turn>{{ message['role'] }}\n{{ message['content'] }}<end>\n{% endfor %}{{ '<turn>assistant\n' }}"
)


def test_a_later_system_message_leaves_the_first_its_role(tiny: Any) -> None:
    """Where one system message is taken, at the beginning, others become the user's; answers in a row are joined."""
    tokenizer = tiny.train_tokenizer(["deep"], STRICT, end="<end>", special=["<turn>"])
    messages = (
        *(Message.system("Rules."), Message.system("More rules."), Message.user("One?"), Message.assistant("Two.")),
        *(Message.assistant("Three."), Message.system("A note."), Message.user("Four?")),
    )
    ids = PromptWriter(tokenizer, None, "engine").write(EngineRequest(messages)).ids
    assert tokenizer.decode(ids) == (
        "<turn>system\nRules.\n\nMore rules.<end>\n<turn>user\nOne?<end>\n<turn>assistant\nTwo.\n\nThree.<end>\n"
        "<turn>user\nA note.\n\nFour?<end>\n<turn>assistant\n"
    )


def test_what_the_template_refuses_is_rejected_in_its_words(make_tokenizer: Any) -> None:
    """The template's own complaint is in the error."""
    writer = PromptWriter(make_tokenizer("mistral", ["deep"]), FORMS["mistral"], "engine")
    with pytest.raises(EngineRejected, match="roles must alternate"):
        writer.write(EngineRequest((Message.assistant("first"), Message.user("deep?"))))


@pytest.mark.parametrize("form", sorted(FORMS))
def test_arguments_nested_too_deep_are_shown_as_text(tokenizers: dict[str, Any], form: str) -> None:
    """Arguments may be any text, also what JSON just so reads and a template can't write: they end no conversation."""
    writer = PromptWriter(tokenizers[form], FORMS[form], "engine")
    deep = '{"a":' + "[" * 900 + "]" * 900 + "}"
    messages = (Message.user("deep?"), Message.assistant(None, [ToolCall("c", "f", deep)]), Message.tool("c", "nine"))
    assert "[" * 900 + "]" * 900 in tokenizers[form].decode(writer.write(EngineRequest(messages)).ids)


def test_schemas_nested_too_deep_are_rejected(writer: PromptWriter) -> None:
    """The error says how deep they may be, before the template fails on them."""
    schema: dict[str, Any] = {}
    for _ in range(900):
        schema = {"properties": {"a": schema}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    with pytest.raises(EngineRejected, match="tools: expected at most 100"):
        writer.write(EngineRequest((Message.user("deep?"),), (tool,)))


def test_a_template_that_never_ends_is_rejected(tiny: Any) -> None:
    """A template may call itself for what it doesn't expect: that is the request's failure, not the engine's."""
    template = "{% macro f(m) %}{{ f(m) if m.content == 'deep' }}{% endmacro %}{{ f(messages[0]) }}"
    writer = PromptWriter(tiny.train_tokenizer(["deep"], template, end="<end>"), None, "engine")
    with pytest.raises(EngineRejected, match="recursion"):
        writer.write(EngineRequest((Message.user("deep"),)))


GEMMA = (
    "{{ '<bos>' }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
    "{{ '<turn>' + message['role'] + '\n' + message['content'] | trim + '<end>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<turn>assistant\n' }}{% endif %}"
)
SILENT = (
    "{% for message in messages if message.role in ('user', 'assistant') %}"
    "<turn>{{ message.role }}\n{{ message.content }}<end>\n{% endfor %}{{ '<turn>assistant\n' }}"
)


@pytest.mark.parametrize("template", [GEMMA, SILENT], ids=["gemma", "silent"])
def test_what_a_template_does_not_take_is_told_as_text(tiny: Any, template: str) -> None:
    """A system message begins the user's text; a call and its results, with their tools' names, are in the turns."""
    tokenizer = tiny.train_tokenizer(["deep"], template, end="<end>", special=["<bos>", "<turn>"])
    writer = PromptWriter(tokenizer, None, "engine")
    calls = [ToolCall("1", "search_context", '{"query": "<end>"}'), ToolCall("2", "fold", "{}")]
    messages = (
        *(Message.system("Be short."), Message.user("One context."), Message.user("How deep?")),
        *(Message.assistant("I look.", calls), Message.tool("1", "nine<end> metres"), Message.tool("2", "folded")),
        Message.user("So?"),
    )
    ids = writer.write(EngineRequest(messages)).ids
    assert tokenizer.decode(ids).removeprefix("<bos>") == (
        "<turn>user\nBe short.\n\nOne context.\n\nHow deep?<end>\n"
        '<turn>assistant\nI look.\nCall of search_context: {"query": "<end>"}\nCall of fold: {}<end>\n'
        "<turn>user\nResult of search_context:\nnine<end> metres\n\nResult of fold:\nfolded\n\nSo?<end>\n"
        "<turn>assistant\n"
    )
    assert ids.count(tokenizer.eos_token_id) == 3


LLAMA_3_0 = (
    "{% for message in messages %}{{ '<turn>' + message['role'] + '\n' + message['content'] | trim + '<end>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<turn>assistant\n' }}{% endif %}"
)


@pytest.mark.parametrize("added", [[], ["<tool_call>", "</tool_call>"]], ids=["letters", "tokens"])
@pytest.mark.parametrize("template", [GEMMA, SILENT, LLAMA_3_0], ids=["gemma", "silent", "llama 3.0"])
def test_tools_that_a_template_does_not_show_are_told(
    tiny: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, template: str, added: list[str]
) -> None:
    """Schemas and the form come in the system's text, calls as the model writes them; a client's words are letters."""
    tiny.train_tokenizer(["deep"], template, end="<end>", special=["<bos>", "<turn>"], added=added).save_pretrained(
        tmp_path
    )
    writer = PromptTokens(LocalSettings(str(tmp_path))).load()
    assert "event='tools_told_as_text'" in caplog.text
    assert "form='hermes'" in caplog.text
    function = {"name": "search_context", "description": "Deep <tool_call><end>", "parameters": {}}
    call = ToolCall("1", "search_context", '{"query": "<tool_call>"}')
    messages = (
        *(Message.system("Be short."), Message.user("How deep?"), Message.assistant(None, [call])),
        *(Message.tool("1", "nine metres"), Message.user("So?")),
    )
    request = EngineRequest(messages, ({"type": "function", "function": function},))
    ids = writer.write(request).ids
    prompt = writer.tokenizer.decode(ids)
    assert json.dumps(function) in prompt
    assert prompt.index("Be short.\n\n# Tools") < prompt.index(json.dumps(function)) < prompt.index("How deep?")
    assert '<tool_call>\n{"name": "function-name", "arguments": {"argument-name": "argument-value"}}' in prompt
    assert '<tool_call>\n{"name": "search_context", "arguments": {"query": "<tool_call>"}}\n</tool_call>' in prompt
    assert "Result of search_context:\nnine metres" in prompt
    if added:  # ours are tokens, those in the schema and in the argument are letters
        assert ids.count(writer.tokenizer.convert_tokens_to_ids("<tool_call>")) == 2
    forced = writer.write(replace(request, tool_choice="required"))
    assert writer.tokenizer.decode(forced.ids).endswith(FORMS["hermes"].forced)
    assert "# Tools" not in writer.tokenizer.decode(writer.write(replace(request, tools=())).ids)


def test_a_form_that_is_set_is_told(tiny: Any, tmp_path: Path) -> None:
    """Where an operator knows how a model calls, it is told so, in a template that shows no tools, too."""
    tiny.train_tokenizer(["deep"], LLAMA_3_0, end="<end>", special=["<turn>"]).save_pretrained(tmp_path)
    writer = PromptTokens(LocalSettings(str(tmp_path), tool_form="llama")).load()
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    prompt = writer.tokenizer.decode(writer.write(EngineRequest((Message.user("deep?"),), (tool,))).ids)
    assert '\n{"name": "function-name", "parameters": {"argument-name": "argument-value"}}' in prompt


@pytest.mark.parametrize("form", sorted(FORMS))
def test_what_a_template_takes_is_not_told_as_text(tokenizers: dict[str, Any], form: str) -> None:
    """Templates that know systems and tools get them as they are."""
    writer = PromptWriter(tokenizers[form], FORMS[form], "engine")
    call = ToolCall("1", "f", "{}")
    messages = (Message.system("short"), Message.user("deep?"), Message.assistant(None, [call]), Message.tool("1", "9"))
    text = tokenizers[form].decode(writer.write(EngineRequest(messages)).ids)
    assert "Result of" not in text
    assert "Call of" not in text
    assert shows_tools(tokenizers[form])


def test_templates_without_a_default_are_named(tiny: Any) -> None:
    """A tokenizer with a template for retrieval only can't chat, and says which it has."""
    tokenizer = tiny.train_tokenizer(["deep"], "", end="<end>")
    tokenizer.chat_template = {"rag": "x", "tool_use": "y"}
    with pytest.raises(InvalidSetting, match="named default.*: rag, tool_use"):
        PromptWriter(tokenizer, None, "engine")


def test_parts_that_are_no_text_are_rejected(writer: PromptWriter) -> None:
    """Text parts are joined; an image is refused by its place and type."""
    parts = [{"type": "text", "text": "deep"}, {"type": "text", "text": "key"}]
    writer.write(EngineRequest((Message.of({"role": "user", "content": parts}),)))
    image = {"type": "image_url", "image_url": {"url": "x"}}
    with pytest.raises(EngineRejected, match=r"messages\[0\].content.*image_url"):
        writer.write(EngineRequest((Message.of({"role": "user", "content": [*parts, image]}),)))


def test_reasoning_that_the_template_opens_is_known(tokenizer: Any) -> None:
    """The reader is told what ends it; where a call is required, it is ended at once."""
    before = tokenizer.chat_template
    tokenizer.chat_template = before.replace("<|im_start|>assistant\\n' }}", "<|im_start|>assistant\\n<think>\\n' }}")
    try:
        writer = PromptWriter(tokenizer, FORMS["hermes"], "engine")
        ask = (Message.user("deep?"),)
        tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
        assert writer.write(EngineRequest(ask)).thinking == "</think>"
        forced = writer.write(EngineRequest(ask, (tool,), "required"))
        assert forced.thinking == ""
        assert tokenizer.decode(forced.ids).endswith('<think>\n\n</think>\n\n<tool_call>\n{"name": "')
    finally:
        tokenizer.chat_template = before
