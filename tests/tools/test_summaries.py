"""What the reply to a summary tells about keys and their values."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.arrival import append
from riffler.tools.cutting import cut
from riffler.tools.fragments import Span
from riffler.tools.lost import PHRASE
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs

COUNTER = EstimatedTokens()
REGISTRY = Registry()
PROSE = (
    "And so the evening went on, with some tea, and with no more to be said about any of it until the lamps were lit. "
)
PAIRS = f"colour: red\nstone: opal\n{PROSE}"
OTHERWISE = "the summary has another value than the original"


def session(*texts: str) -> WorkingMemory:
    """Make a session of user messages, a fragment each, and a question."""
    messages = [*map(Message.user, texts), Message.user("What?")]
    memory = WorkingMemory().commit([append(WorkingMemory(), messages, COUNTER)])
    return memory.commit([cut(memory, [(Span(at, 0, 0, len(text)), 1) for at, text in enumerate(texts)], COUNTER)])


def summarised(memory: WorkingMemory, summary: str, number: int = 1) -> tuple[WorkingMemory, list[str]]:
    """Summarise a fragment; give the memory, and the lines of the reply that warn."""
    arguments = json.dumps({"fragment_id": f"f{number:05x}", "focus": "all"})
    outcome = REGISTRY.call(memory, "summarize_fragment", arguments, Inputs(COUNTER, summary))
    first, *warnings = outcome.reply.splitlines()
    assert first.startswith(f"summarised f{number:05x}")
    return memory.commit(outcome.events), warnings


@pytest.mark.parametrize(
    ("texts", "summary", "warnings"),
    [
        ([PAIRS], "some pairs", [f'{PHRASE}: keys "colour", "stone"']),
        ([PAIRS], "Colour: RED; stone: opal.", []),
        ([PAIRS], "the colour is red, the stone an opal", []),
        ([PAIRS], "colour: red", [f'{PHRASE}: key "stone"']),
        ([PAIRS], "colour: red; stone: jade", [f'{OTHERWISE}: key "stone"']),
        ([PAIRS], "stone: jade", [f'{PHRASE}: key "colour"', f'{OTHERWISE}: key "stone"']),
        ([PAIRS, "colour: red; stone: opal"], "some pairs", []),
        ([PAIRS, "colour: red; stone: opal"], "stone: jade", [f'{OTHERWISE}: key "stone"']),
        (["colour: blue; ", PAIRS], "stone: opal", [f'{PHRASE}: newest value of key "colour"']),
        ([f"depth: -5\n{PROSE}"], "a depth of 5", ["the summary doesn't have: number -5", f'{PHRASE}: key "depth"']),
        ([f"stone: jade\n{PAIRS}"], "stone: jade; colour: red", [f'{OTHERWISE}: key "stone"']),
        ([f"颜色：红色\n{PROSE}"], "颜色是红色", []),
        ([f"颜色：红色\n{PROSE}"], "颜色是蓝的", [f'{PHRASE}: key "颜色"']),
    ],
)
def test_keys_and_values_that_a_summary_loses_are_told(texts: list[str], summary: str, warnings: list[str]) -> None:
    """A pair or a sentence keeps a key with its value; what stands nowhere else, or is said otherwise, is named."""
    _, told = summarised(session(*texts), summary, len(texts) if texts[-1] == PAIRS else 1)
    assert told == warnings


def test_a_second_summary_tells_what_the_first_alone_said() -> None:
    """What goes out of view is the first summary; what the original says otherwise is told again."""
    memory, _ = summarised(session(PAIRS), "stone: jade; mood: calm")
    _, warnings = summarised(memory, "stone: jade")
    assert warnings == [f'{PHRASE}: key "mood"', f'{OTHERWISE}: key "stone"']


@given(st.dictionaries(st.from_regex("[a-z]{3,8}", fullmatch=True), st.from_regex("[a-z]{3,8}", fullmatch=True)))
def test_all_pairs_kept_is_no_warning(pairs: dict[str, str]) -> None:
    """A summary with every pair of the original, is silent about keys; one with none names all."""
    stated = "; ".join(f"{key}: {value}" for key, value in pairs.items())
    memory = session(f"{stated}\n{PROSE}")
    assert summarised(memory, stated or "nothing")[1] == []
    _, warnings = summarised(memory, "0")
    assert len(warnings) == bool(pairs)
    assert all(f'"{key}"' in warnings[0] for key in list(pairs)[:12])
