"""Forms of tool calls, without a model: what each reads, what it refuses, and how a template is told."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from riffler.service.inference.chat.forms import FORMS, detect_form
from riffler.service.inference.chat.forms.mistral import nine_letters

OFFERED: dict[str, Any] = {
    "a": {
        "properties": {
            "x": {"type": "integer"},
            "s": {"type": "string"},
            "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "yes": {"type": "boolean"},
            "list": {"type": "array"},
            "either": {"type": ["number", "null"]},
            "kind": {"enum": ["1", "2"]},
        }
    }
}
A, B = ("a", '{"x": 1}'), ("b", "{}")


def read(form: str, body: str) -> list[tuple[str, str]] | None:
    """Read a body, as names and arguments."""
    calls = FORMS[form].parse(body, FORMS[form].opener, OFFERED)
    return None if calls is None else [(call.name, call.arguments) for call in calls]


@pytest.mark.parametrize(
    ("form", "body", "calls"),
    [
        ("hermes", '\n{"name": "a", "arguments": {"x": 1}}\n', [A]),
        ("hermes", '{"arguments": {"x": 1}, "name": "a"}', [A]),
        ("hermes", '{"name": "a", "arguments": "{\\"x\\": 1}"}', [A]),
        ("hermes", '{"name": "a", "arguments": {"x": 1}}\n{"name": "b", "arguments": {}}', [A, B]),
        ("llama", '{"name": "a", "parameters": {"x": 1}}', [A]),
        ("llama", '{"type": "function", "name": "a", "parameters": {"x": 1}}', [A]),
        ("llama", '{"name": "a", "parameters": {"x": 1}}; {"name": "b", "parameters": {}}', [A, B]),
        ("llama", '{"name": "a", "arguments": {"x": 1}}<|python_tag|>{"name": "b", "parameters": {}}', [A, B]),
        (
            "llama",
            '<|python_tag|>{"name": "a", "parameters": {"s": "\\"<|python_tag|>"}}',
            [("a", '{"s": "\\"<|python_tag|>"}')],
        ),
        ("mistral", ' [{"name": "a", "arguments": {"x": 1}}]', [A]),
        ("mistral", '[{"name": "a", "arguments": {"x": 1}, "id": "123456789"}, {"name":"b","arguments":{}}]', [A, B]),
        ("mistral", 'a[ARGS]{"x": 1}', [A]),
        ("mistral", 'a{"x": 1}[TOOL_CALLS]b[ARGS]{}', [A, B]),
        ("mistral", 'a[CALL_ID]123456789[ARGS]{"x": 1}', [A]),
        ("qwen_xml", "\n<function=a>\n<parameter=x>\n1\n</parameter>\n</function>\n", [A]),
        ("qwen_xml", "<function=b></function>", [B]),
        ("hermes", '{"name": "a", "arguments": {"s": "1\n2\t3"}}', [("a", '{"s": "1\\n2\\t3"}')]),
        ("llama", '{"name": "a", "parameters": {"s": "1\n2"}}', [("a", '{"s": "1\\n2"}')]),
        ("mistral", 'a[ARGS]{"s": "1\n2"}', [("a", '{"s": "1\\n2"}')]),
    ],
)
def test_calls_are_read(form: str, body: str, calls: list[tuple[str, str]]) -> None:
    """Each way in which models of a form write calls."""
    assert read(form, body) == calls


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "body",
    [
        "", " ", "text", "{", "[]", "[1]", "{}", "5", '{"name": 5, "arguments": {}}', '{"name": "", "arguments": {}}',
        '{"name": "a"}', '{"name": "a", "arguments": 5}', '{"name": "a", "arguments": "{"}',
        '{"name": "a", "arguments": {"x": "lo', '{"name": "a", "arguments": {}} and so on',
        '[{"name": "a", "arguments": {}}, {"name"', "a[ARGS]", "a[ARGS]{", "a[ARGS]{} and so on", "[ARGS]{}",
        '{"name": "a", "arguments": {"x": "\\ud83d"}}', "[" * 100_000, '{"name": "a", "arguments": {"x": 1e999}}',
        '{"name": "a", "arguments": {"x": NaN}}', '{"name": "a", "arguments": {"x": [-Infinity]}}', 'a[ARGS]{"x":NaN}',
        '{"name": "a", "parameters": {"x": -1e999}}', '{"name": "a", "arguments": "{\\"x\\": NaN}"}',
        "<function=a>", "<function=a>1</function>", "<function=>\n</function>", "<function=a>\n</function> and so on",
        "<function=a><parameter=x>1</parameter>", "<function=a><parameter=x>1</function>",
        "<function=a><parameter=x>1</parameter><parameter=x>2</parameter></function>",
        "<function=a></function><function=b></function>",
    ],
)  # fmt: skip
def test_what_is_no_whole_call_is_none(form: str, body: str) -> None:
    """Half a call, a call with something beside it, and what no message can keep aren't calls."""
    assert read(form, body) is None


@pytest.mark.parametrize("form", FORMS)
@given(
    name=st.text("abc_", min_size=1, max_size=5),
    arguments=st.dictionaries(
        st.text("abc", min_size=1, max_size=3),
        st.text() | st.lists(st.integers()) | st.dictionaries(st.text("a"), st.text()),
    ),
)
@example("a", {"a": "[TOOL_CALLS]"})
@example("a", {"a": '[TOOL_CALLS]b[ARGS]{"c": 1} <tool_call> </tool_call> <|python_tag|>'})
def test_what_a_form_writes_it_reads(form: str, name: str, arguments: dict[str, Any]) -> None:
    """A call that a template can't show is shown as its model would have written it."""
    made = FORMS[form]
    body = made.write(name, arguments).removeprefix(made.opener).removesuffix(made.closer)
    calls = read(form, body)
    assert calls is not None
    assert [(called, json.loads(given)) for called, given in calls] == [(name, arguments)]


@pytest.mark.parametrize("form", FORMS)
def test_arguments_nested_too_deep_are_no_call(form: str) -> None:
    """A message of them couldn't be shown to the model again; 99 lists in an object can."""
    key = "parameters" if form == "llama" else "arguments"

    def nested(depth: int) -> list[tuple[str, str]] | None:
        value = "[" * depth + "1" + "]" * depth
        if form == "qwen_xml":
            return read(form, f"<function=a><parameter=unknown>{value}</parameter></function>")
        call = f'{{"name": "a", "{key}": {{"x": {value}}}}}'
        return read(form, f"[{call}]" if form == "mistral" else call)

    assert nested(100) is None
    assert len(nested(99) or ()) == 1


@pytest.mark.parametrize("form", ["llama", "mistral"])
def test_what_parts_calls_is_the_opener_s_token_where_there_is_one(form: str) -> None:
    """Its letters, quoted within a call that broke its JSON, begin no second call."""
    made = FORMS[form]
    one, other = ('a{"x": 1}', 'b{"x": 2}') if form == "mistral" else ('{"name": "a", "parameters": {}}',) * 2
    assert len(made.parse(f"{one}\ud800{other}", "\ud800", {}) or ()) == 2
    assert made.parse(f"{one}{made.opener}{other}", "\ud800", {}) is None


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("s", "12", "12"),
        ("s", "\n two\nlines \n", "\n two\nlines \n"),
        ("s", "", ""),
        ("s", "null", "null"),
        ("s", 'a </parameter> "b" <parameter=s> {', 'a </parameter> "b" <parameter=s> {'),
        ("maybe", "null", None),
        ("maybe", "deep", "deep"),
        ("x", "12", 12),
        ("x", "1e999", "1e999"),
        ("x", "deep", "deep"),
        ("yes", "true", True),
        ("yes", "False", False),
        ("list", '["a", 1]', ["a", 1]),
        ("either", "None", None),
        ("either", "1.5", 1.5),
        ("kind", "1", "1"),
        ("unknown", "1", "1"),
        ("unknown", '{"a": 1}', {"a": 1}),
    ],
)
def test_bare_text_is_of_the_type_that_the_schema_says(name: str, text: str, value: object) -> None:
    """What may be a string is one, to the letter; what may not is JSON; what is neither is left for the tool."""
    calls = read("qwen_xml", f"<function=a>\n<parameter={name}>\n{text}\n</parameter>\n</function>")
    assert calls is not None
    assert json.loads(calls[0][1]) == {name: value}


@pytest.mark.parametrize("schema", [5, None, [], {}, {"properties": 5}])
def test_a_schema_of_any_shape_is_no_failure(schema: Any) -> None:
    """Schemas are a client's: what isn't in the usual shape says nothing about types."""
    calls = FORMS["qwen_xml"].parse("<function=a><parameter=x>1</parameter></function>", "<tool_call>", {"a": schema})
    assert [call.arguments for call in calls or ()] == ['{"x": "1"}']


@pytest.mark.parametrize("schema", [5, True, {"type": [5]}, {"type": 5}, {"anyOf": 5}, {"oneOf": [5, {}]}, {"enum": 5}])
def test_an_argument_s_schema_of_any_shape_is_no_failure(schema: Any) -> None:
    """The same for one argument."""
    body, offered = "<function=a><parameter=x>1</parameter></function>", {"a": {"properties": {"x": schema}}}
    calls = FORMS["qwen_xml"].parse(body, "<tool_call>", offered)
    assert [call.arguments for call in calls or ()] == ['{"x": "1"}']


@given(
    form=st.sampled_from(sorted(FORMS)),
    body=st.text(alphabet='{}[]"\\:,;aARGS name1é\n', max_size=40)
    | st.lists(st.sampled_from("<function=a> </function> <parameter=x> </parameter> 1 < é".split())).map("".join),
)
def test_any_text_is_calls_or_none(form: str, body: str) -> None:
    """Nothing that a model can write raises, and there is never an empty list of calls."""
    calls = read(form, body)
    assert calls is None or calls


@pytest.mark.parametrize(
    ("template", "tokens", "form"),
    [
        ("... <tool_call> ...", [], "hermes"),
        ("... [TOOL_CALLS] ...", [], "mistral"),
        ("... <tool_call>\n<function=f>\n<parameter=x> ...", ["<tool_call>"], "qwen_xml"),
        ("", ["<tool_call>"], "hermes"),
        ("... <|start_header_id|>ipython ...", [], "llama"),
        ("", ["<|python_tag|>"], "llama"),
        ("", ["[TOOL_CALLS]"], "mistral"),
        ("<tool_call>", ["<|python_tag|>"], "hermes"),
        ("plain", ["</s>"], None),
    ],
)
def test_the_form_is_found(template: str, tokens: list[str], form: str | None) -> None:
    """The template decides before the vocabulary does."""
    found = detect_form(template, tokens)
    assert (found.name if found else None) == form


@given(st.text())
def test_ids_for_mistral_are_nine_letters_and_lasting(name: str) -> None:
    """Any id gets one that the template accepts, always the same; a good one stays."""
    made = nine_letters(name)
    assert len(made) == 9
    assert made.isalnum()
    assert made.isascii()
    assert nine_letters(made) == made == nine_letters(name)


def test_llama_gets_one_call_at_a_time() -> None:
    """Calls side by side are spread, each followed by its own result, and nothing else moves."""
    call: dict[str, Any] = {"function": {"name": "f", "arguments": {}}}
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "both", "tool_calls": [{"id": "1", **call}, {"id": "2", **call}]},
        {"role": "tool", "content": "two", "tool_call_id": "2"},
        {"role": "tool", "content": "one", "tool_call_id": "1"},
        {"role": "user", "content": "r"},
    ]
    adapted = FORMS["llama"].adapt(messages)
    assert [message["content"] for message in adapted] == ["q", "both", "one", "", "two", "r"]
    assert [len(message.get("tool_calls", ())) for message in adapted] == [0, 1, 0, 1, 0, 0]
