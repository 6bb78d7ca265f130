"""The moves of a turn in one example: what is shared stands there once, and each token sees what it would see alone."""

import json
import random
from itertools import takewhile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.service.training.nano.test_train import FIND, samples, small

from riffler.service.inference.chat.forms import FORMS
from riffler.service.inference.chat.prompt import PromptWriter
from riffler.service.inference.chat.reading import ReplyReader
from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.families import Kin, family
from riffler.service.training.nano.record import recording
from riffler.service.training.nano.words import words
from riffler.tools.messages import Message, ToolCall
from riffler.tools.tokens import EstimatedTokens

torch = pytest.importorskip("torch", reason="the extra `local` isn't installed")
training = pytest.importorskip("riffler.service.training.nano.train", reason="the extra `local` isn't installed")
trees = pytest.importorskip("riffler.service.training.nano.trees", reason="the extra `local` isn't installed")

from riffler.service.training.nano.examples import ExampleWriter  # noqa: E402 - needs the extra
from riffler.service.training.nano.tokenizer import train_tokenizer  # noqa: E402 - needs the extra

TOKENIZER = train_tokenizer(samples(1, 100), 400)
WRITER = ExampleWriter(TOKENIZER)
PROMPTS = PromptWriter(TOKENIZER, FORMS["hermes"], "nano")
MODEL = training.make_model(small().model, TOKENIZER, 1)


@st.composite
def turns(draw: st.DrawFn) -> list[dict[str, object]]:
    """Samples that begin alike: each goes on from an earlier one, cut anywhere."""
    rng = random.Random(draw(st.integers(0, 10**6)))
    made: list[list[Message]] = []
    for _ in range(draw(st.integers(1, 4))):
        kept: list[Message] = []
        if made:
            earlier = draw(st.sampled_from(made))
            kept = earlier[: draw(st.integers(0, len(earlier)))]
        new = [Message.user(" ".join(words(rng, draw(st.integers(1, 12))))) for _ in range(draw(st.integers(1, 3)))]
        made.append([*kept, *new])
    said = [Message.assistant(" ".join(words(rng, 3))).to_dict() for _ in made]
    return [
        {"messages": [message.to_dict() for message in turn], "tools": [], "said": each}
        for turn, each in zip(made, said, strict=True)
    ]


@settings(max_examples=25)
@given(turn=turns())
def test_a_tree_gives_what_its_samples_give_alone(turn: list[dict[str, object]]) -> None:
    """Each token that is said is as likely in the tree as in the sample by itself; and none stands there twice."""
    example = WRITER.write(turn)
    assert int(example.said.sum()) == sum(int(WRITER.write([sample]).said.sum()) for sample in turn)
    assert len(example.ids) <= sum(len(WRITER.write([sample]).ids) for sample in turn)
    assert len({(place, target) for place, target, said in zip(*_learned(example), strict=True) if not said}) == (
        len(example.said) - int(example.said.sum())
    )
    alone = []
    for sample in turn:
        one = WRITER.write([sample])
        alone.append(_logits(one.ids.tolist())[one.places[one.said].astype("int64")])
    assert torch.allclose(_said_logits(example), torch.cat(alone), atol=1e-5)


def _said_logits(example: Any) -> Any:
    """Give the logits of what is said in an example."""
    MODEL.set_attn_implementation("riffler_tree")
    ids = torch.tensor(example.ids.astype("int64"))[None]
    positions = torch.tensor(example.positions.astype("int64"))[None]
    tree = trees.tree_of(example.branches, len(example.ids), small().model.kernel - 1)
    with torch.no_grad():
        states = MODEL.model(input_ids=ids, position_ids=positions, use_cache=False, tree=tree).last_hidden_state[0]
        return MODEL.lm_head(states[example.places[example.said].astype("int64")])


def _logits(ids: list[int]) -> Any:
    """Give the logits after each token of a text that is no tree."""
    MODEL.set_attn_implementation("sdpa")
    with torch.no_grad():
        return MODEL(input_ids=torch.tensor(ids)[None]).logits[0]


def sample_of(seen: list[Message], said: Message) -> dict[str, Any]:
    """Give a move as a sample."""
    return {"messages": [each.to_dict() for each in seen], "tools": [FIND], "said": said.to_dict()}


def move_of(rng: random.Random, number: int, calls: int) -> Message:
    """Make a move in capitals, which nobody else writes: some calls, half of the time with a note before them."""
    note = " ".join(words(rng, 3)).upper() if rng.random() < 0.5 or not calls else None
    queries = [json.dumps({"queries": [each.upper() for each in words(rng, 2)]}) for _ in range(calls)]
    return Message.assistant(
        note, [ToolCall(f"call_{number}_{at}", "find_in_context", q) for at, q in enumerate(queries)]
    )


def turn_of(rng: random.Random, moves: int, folds: float) -> list[dict[str, Any]]:
    """Make a turn of calls and an answer; after a move something that was read is folded with a probability."""
    seen = [Message.user(" ".join(words(rng, rng.randint(1, 12)))) for _ in range(rng.randint(1, 3))]
    made = []
    for number in range(moves):
        said = move_of(rng, number, rng.choice((1, 1, 2)))
        made.append(sample_of(seen, said))
        results = [Message.tool(call.id, " ".join(words(rng, rng.randint(1, 8)))) for call in said.tool_calls]
        seen = [*seen, said, *results]
        if rng.random() < folds:
            at = rng.choice([at for at, each in enumerate(seen) if each.role != "assistant"])
            seen[at] = seen[at].with_texts([f"[[f0000{at} folded 9 tokens]]"])
    return [*made, sample_of(seen, move_of(rng, moves, 0))]


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), moves=st.integers(1, 4), folds=st.sampled_from([0.0, 0.5, 1.0]))
def test_each_move_with_calls_is_learned_once_as_it_was_seen(seed: int, moves: int, folds: float) -> None:
    """What is said is all moves, one after the other; each is as likely as after the prompt that an engine gets.

    Of what is read, a move is nothing, in whichever branches it stands again.
    """
    turn = turn_of(random.Random(seed), moves, folds)
    example = WRITER.write(turn)
    said = [WRITER.said_ids(sample) for sample in turn]
    assert example.targets[example.said].tolist() == [id_ for each in said for id_ in each]
    read = example.targets[~example.said].tolist()
    assert TOKENIZER.convert_tokens_to_ids("<tool_call>") not in read
    assert not [letter for letter in TOKENIZER.decode(read) if letter.isupper()]
    alone = []
    for sample, ids in zip(turn, said, strict=True):
        messages = tuple(Message.of(each) for each in sample["messages"])
        prompt = PROMPTS.write(EngineRequest(messages, sample["tools"])).ids
        alone.append(_logits([*prompt, *ids])[len(prompt) - 1 : -1])
    assert torch.allclose(_said_logits(example), torch.cat(alone), atol=1e-4)


def test_a_turn_without_folds_is_one_way_and_a_fold_begins_another() -> None:
    """A move is read as it was said, token for token, so that nothing stands there twice."""
    rng = random.Random(7)
    turn = turn_of(rng, 4, folds=0)
    example = WRITER.write(turn)
    assert len(trees.tree_of(example.branches, len(example.ids), 1).ways) == 1
    assert len(example.ids) == len(WRITER.write(turn[-1:]).ids)
    folded = WRITER.write(turn_of(rng, 4, folds=1))
    assert len(trees.tree_of(folded.branches, len(folded.ids), 1).ways) > 1


def test_a_move_that_is_said_again_is_learned_again() -> None:
    """Drills may say the same twice after the same: what is read stands there once, what is said each time."""
    [sample] = turn_of(random.Random(3), 0, folds=0)
    once, twice = WRITER.write([sample]), WRITER.write([sample, sample])
    assert int(twice.said.sum()) == 2 * int(once.said.sum())
    assert len(twice.ids) == len(once.ids) + len(WRITER.said_ids(sample))


@given(
    note=st.text(st.sampled_from('harbour "\\{}[]\n: é«»<'), max_size=20),
    queries=st.lists(st.text(st.sampled_from('harbour "\\{}[]\n: é«»</>tool_call'), max_size=20), max_size=3),
)
def test_a_call_that_is_learned_is_read_by_the_engine(note: str, queries: list[str]) -> None:
    """Whatever its strings hold, the reader of replies gets the message back that the oracle meant."""
    call = ToolCall("call_0", "find_in_context", json.dumps({"queries": queries}, ensure_ascii=False))
    reader = ReplyReader(FORMS["hermes"], offered={"find_in_context": {}})
    reader.feed(WRITER.text_of(Message.assistant(note.strip() or None, [call])))
    reader.finish()
    assert reader.text == note.strip()
    assert [(each.name, json.loads(each.arguments)) for each in reader.calls] == [(call.name, {"queries": queries})]


async def test_what_a_family_shares_stands_once() -> None:
    """Tools, text and all: each of its turns goes on from where the first one's question begins to differ."""
    seen = 0
    async with recording(EstimatedTokens(), 6144) as recorder:
        for number in range(4):
            turns = [played.samples async for played in recorder.play(family(5, number, Kin(4, 2000)))]
            prompts = [PROMPTS.write(turn[0].request).ids for turn in turns]
            shared = len([*takewhile(lambda ids: len({*ids}) == 1, zip(*prompts, strict=False))])
            example = WRITER.write(sample.to_dict() for turn in turns for sample in turn)
            firsts = [sum(map(len, turns[:at])) for at in range(1, len(turns))]
            forks = [example.branches[first][1] for first in firsts]
            assert min(example.positions[fork] for fork in forks) >= shared - 1
            [*contexts, _] = turns[0][0].request.messages
            assert all(message.text in TOKENIZER.decode(prompts[0][:shared]) for message in contexts)
            seen += sum(map(len, prompts)) - len(prompts[0]) > 2 * (sum(map(len, prompts)) - shared * len(prompts))
    assert seen > 1, "the text is most of what is read"


def test_an_example_of_enough_tokens_takes_no_more_moves() -> None:
    """The move that it gets enough with is whole, and what comes before is as without a limit."""
    turn = turn_of(random.Random(5), 6, folds=1)
    whole, parts = WRITER.write(turn), [WRITER.write(turn[:count]) for count in range(1, 8)]
    assert WRITER.write(turn, 10**6).ids.tolist() == whole.ids.tolist()
    assert WRITER.write(turn, 1).ids.tolist() == parts[0].ids.tolist()
    enough = len(parts[2].ids)
    assert WRITER.write(turn, enough).ids.tolist() == parts[2].ids.tolist()
    assert WRITER.write(turn, enough + 1).ids.tolist() == parts[3].ids.tolist()


def _learned(example: object) -> tuple[list[int], list[int], list[bool]]:
    """Give what is learned where."""
    places, targets, said = (getattr(example, name).tolist() for name in ("places", "targets", "said"))
    return places, targets, said


def test_what_the_assistant_said_before_is_not_learned_again() -> None:
    """The answer before is read and not learned; what users say around it is, and what is said now."""
    asked = [Message.user("mill"), Message.assistant("harbour gate"), Message.user("well")]
    said = Message.assistant("yes").to_dict()
    example = WRITER.write([{"messages": [each.to_dict() for each in asked], "tools": [], "said": said}])
    pairs = [(target, said) for _, target, said in zip(*_learned(example), strict=True)]
    read = TOKENIZER.decode([target for target, is_said in pairs if not is_said])
    assert "harbour" not in read
    assert "mill" in read
    assert "yes" in TOKENIZER.decode([target for target, is_said in pairs if is_said])
