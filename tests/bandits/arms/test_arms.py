"""The arms behind their port, and their registry."""

import hashlib

import pytest

from riffler.bandits.arms import ARMS, ARMS_VERSION, offered
from riffler.bandits.arms.paraphrase import prompt
from riffler.bandits.pipeline import load_pipeline, parse
from riffler.errors import RewriteFailed

PIPELINE = load_pipeline(None)


@pytest.mark.parametrize(
    ("text", "can_ask", "arms"),
    [
        ("What is osmosis?", True, ("none", "reread", "paraphrase")),
        ("What is osmosis?", False, ("none", "reread")),
        ("Could you explain osmosis?", True, ("none", "reread", "simplify", "paraphrase")),
        ("Could you explain osmosis?", False, ("none", "reread", "simplify")),
        (" ", True, ("none",)),
        ("", False, ("none",)),
    ],
)
def test_arm_with_nothing_to_do_is_not_offered(text: str, can_ask: bool, arms: tuple[str, ...]) -> None:
    """Arms come in the registry's order; one that changes nothing, or needs a model that isn't there, doesn't."""
    assert offered(parse(PIPELINE, text), can_ask=can_ask) == arms


@pytest.mark.parametrize(
    ("arm", "rewrite"),
    [
        ("none", "Could you explain osmosis?"),
        ("reread", "Could you explain osmosis?\nRead the question again: Could you explain osmosis?"),
        ("simplify", "Explain osmosis?"),
    ],
)
async def test_arms_without_a_model(arm: str, rewrite: str) -> None:
    """They reword by rule, and ask nobody."""
    assert await ARMS[arm].rewrite(parse(PIPELINE, "Could you explain osmosis?"), None) == rewrite


@pytest.mark.parametrize(
    ("query", "reply", "rewrite"),
    [
        ("What is it?", "What's that?", "What's that?"),
        ("What is it?", ' \n"What\'s that?"\n', "What's that?"),
        ("What is it?", "Paraphrase: “What's that?”", "What's that?"),
        ("What is it?", 'new question:\nWhat is "that"?', 'What is "that"?'),
        ('"A b" means what?', '"A b" and "c"', '"A b" and "c"'),
    ],
)
async def test_paraphrase_takes_the_wording_only(query: str, reply: str, rewrite: str) -> None:
    """Labels and quotes around the reply are dropped; quotes that are the query's own stay."""
    prompts: list[str] = []

    async def ask(text: str) -> str:
        prompts.append(text)
        return reply

    assert await ARMS["paraphrase"].rewrite(parse(PIPELINE, query), ask) == rewrite
    assert prompts == [prompt().replace("{query}", query)]


@pytest.mark.parametrize("reply", ["", " \n", '""', "Paraphrase:"])
async def test_empty_paraphrase_fails(reply: str) -> None:
    """A reply without a wording is a failed rewrite, not an empty question."""

    async def ask(_: str) -> str:
        return reply

    with pytest.raises(RewriteFailed, match="empty"):
        await ARMS["paraphrase"].rewrite(parse(PIPELINE, "What is it?"), ask)


async def test_paraphrase_without_a_model_fails() -> None:
    """Nobody to ask is a failed rewrite."""
    with pytest.raises(RewriteFailed, match="can't be asked"):
        await ARMS["paraphrase"].rewrite(parse(PIPELINE, "What is it?"), None)


def test_version_covers_names_versions_and_prompts() -> None:
    """The version of the arms is a digest of all that a rewrite depends on."""
    text = "\n".join([*(f"{name} {arm.version}" for name, arm in ARMS.items()), prompt()])
    assert hashlib.sha256(text.encode()).hexdigest().startswith(ARMS_VERSION)
    assert "{query}" in prompt()


QUERIES = (
    "What is it?",
    "Hello, could you please tell me who built the 3 mills?",
    "",
    "  ",
    "Warum nicht?\n\nWeil.",
    "x" * 5000,
)


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("query", QUERIES)
async def test_every_arm_keeps_the_contract(arm: str, query: str) -> None:
    """An arm is named as it is listed, and what it makes of a query is the same each time, and no blank."""

    async def ask(_prompt: str) -> str:
        return "What is it, then?"

    parsed = parse(PIPELINE, query)
    assert ARMS[arm].name == arm
    assert ARMS[arm].version
    if ARMS[arm].offered(parsed):
        first, second = [await ARMS[arm].rewrite(parsed, ask if ARMS[arm].needs_model else None) for _ in range(2)]
        assert first == second
        assert first.strip() or not query.strip()
