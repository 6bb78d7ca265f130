"""The light tokenizer does what transformers' does with the same files."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riffler.errors import InvalidSetting
from riffler.service.inference.chat.template import _refusals
from riffler.service.inference.nano.tokenizer import NanoTokenizer

TEMPLATES = Path(__file__).parents[1] / "transformers/templates"
TEXTS = st.text(max_size=20) | st.sampled_from(["<tool_call>", "<|im_end|>", "a\n<b>&'\"", "ß…語", " {{ x }} {% if %}"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
TOOL = st.builds(
    lambda name, told, properties: {
        "type": "function",
        "function": {
            "name": name,
            "description": told,
            "parameters": {"type": "object", "properties": properties},
        },
    },
    TEXTS,
    TEXTS,
    st.dictionaries(TEXTS, JSON, max_size=3),
)
CALL = st.builds(
    lambda name, given: {"id": "abcdefghi", "type": "function", "function": {"name": name, "arguments": given}},
    TEXTS,
    st.dictionaries(TEXTS, JSON, max_size=3),
)
MESSAGE = (
    st.builds(lambda text: {"role": "user", "content": text}, TEXTS)
    | st.builds(lambda text: {"role": "system", "content": text}, TEXTS)
    | st.builds(lambda text: {"role": "assistant", "content": text}, TEXTS)
    | st.builds(
        lambda text, calls: {"role": "assistant", "content": text, "tool_calls": calls},
        TEXTS,
        st.lists(CALL, min_size=1, max_size=2),
    )
    | st.builds(lambda text: {"role": "tool", "content": text, "tool_call_id": "abcdefghi", "name": "f"}, TEXTS)
)


@pytest.fixture(scope="module", params=["hermes", "llama", "mistral", "qwen_xml"])
def pair(tiny: Any, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """Transformers' tokenizer and the light one, with each template."""
    folder = tmp_path_factory.mktemp("pair")
    made = tiny.train_tokenizer(
        ["How deep is the harbour? Nine metres, says the key of the lighthouse."] * 9,
        (TEMPLATES / f"{request.param}.jinja").read_text(),
        end="<|im_end|>",
        special=["<|im_start|>", "<s>", "[INST]"],
        added=["<tool_call>", "</tool_call>"],
    )
    made.bos_token = "<s>"
    made.save_pretrained(folder)
    transformers = pytest.importorskip("transformers")
    return transformers.AutoTokenizer.from_pretrained(folder), NanoTokenizer(folder)


def rendered(tokenizer: Any, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, begin: bool) -> str:
    """Render, or say that the template refuses."""
    try:
        return str(tokenizer.apply_chat_template(messages, tools=tools, tokenize=False, add_generation_prompt=begin))
    except _refusals() as exc:
        return f"refused: {type(exc).__name__}"


@given(
    messages=st.lists(MESSAGE, min_size=1, max_size=6),
    tools=st.none() | st.lists(TOOL, max_size=2),
    begin=st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_conversations_are_rendered_as_transformers_does_it(
    pair: tuple[Any, Any], messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, begin: bool
) -> None:
    """To the character, with tools, calls and results; what one refuses the other does, too."""
    theirs, ours = pair
    assert rendered(ours, messages, tools, begin) == rendered(theirs, messages, tools, begin)


@given(text=st.lists(TEXTS | st.text(max_size=40), max_size=4).map("".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_texts_are_encoded_and_decoded_as_transformers_does_it(pair: tuple[Any, Any], text: str) -> None:
    """The same ids, and the same text of them."""
    theirs, ours = pair
    ids = ours.encode(text)
    assert ids == theirs.encode(text, add_special_tokens=False)
    assert ours.decode(ids) == theirs.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)


def test_what_it_tells_of_its_vocabulary_is_the_same(pair: tuple[Any, Any]) -> None:
    """Size, special tokens, and those that are never split."""
    theirs, ours = pair
    assert len(ours) == len(theirs)
    assert ours.eos_token_id == theirs.eos_token_id
    assert ours.unk_token_id == theirs.unk_token_id
    assert ours.get_added_vocab() == theirs.get_added_vocab()
    assert ours.get_chat_template() == theirs.get_chat_template()
    told = {number: (token.content, token.special) for number, token in ours.added_tokens_decoder.items()}
    assert told == {number: (token.content, token.special) for number, token in theirs.added_tokens_decoder.items()}
    assert [ours.convert_ids_to_tokens(at) for at in range(20)] == theirs.convert_ids_to_tokens(list(range(20)))


def test_a_template_may_stop_a_loop_ask_for_the_date_and_refuse(pair: tuple[Any, Any], tmp_path: Path) -> None:
    """What templates use beyond jinja2's own: `break`, `strftime_now`, `raise_exception`, `tojson` with an indent."""
    theirs, _ = pair
    theirs.save_pretrained(tmp_path)
    (tmp_path / "chat_template.jinja").write_text(
        "{% for m in messages %}\n    {% if m.role == 'tool' %}{{ raise_exception('no tools') }}{% endif %}\n"
        "{{ bos_token }}{{ m | tojson(indent=2) }}{% if loop.index > 1 %}{% break %}{% endif %}\n"
        "{% endfor %}{{ strftime_now('%Y') }}"
    )
    again = type(theirs).from_pretrained(tmp_path)
    ours = NanoTokenizer(tmp_path)
    said = [{"role": "user", "content": "<ä>"}] * 3
    assert rendered(ours, said, None, True) == rendered(again, said, None, True)
    assert rendered(ours, said, None, True).count("<s>{") == 2
    assert rendered(ours, [{"role": "tool", "content": ""}], None, True) == "refused: TemplateError"


def test_a_template_cannot_leave_its_sandbox(pair: tuple[Any, Any], tmp_path: Path) -> None:
    """A model's folder is foreign."""
    theirs, _ = pair
    theirs.save_pretrained(tmp_path)
    (tmp_path / "chat_template.jinja").write_text("{{ messages.__class__.__mro__ }}{{ messages.append(1) }}")
    assert rendered(NanoTokenizer(tmp_path), [{"role": "user", "content": "a"}], None, True) == "refused: SecurityError"


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json"])
def test_a_file_that_is_missing_or_broken_is_a_wrong_setting(pair: tuple[Any, Any], tmp_path: Path, name: str) -> None:
    """Said with the folder."""
    pair[0].save_pretrained(tmp_path)
    (tmp_path / name).write_text(json.dumps([]) if name == "tokenizer.json" else "{")
    with pytest.raises(InvalidSetting, match="can't be loaded"):
        NanoTokenizer(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(InvalidSetting, match="can't be loaded"):
        NanoTokenizer(tmp_path)
