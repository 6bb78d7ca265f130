"""The moves of a turn in one example: what is shared stands there once, and each token sees what it would see alone."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.service.training.nano.test_train import samples, small

from riffler.service.training.nano.words import words
from riffler.tools.messages import Message

torch = pytest.importorskip("torch", reason="the extra `local` isn't installed")
training = pytest.importorskip("riffler.service.training.nano.train", reason="the extra `local` isn't installed")
tree = pytest.importorskip("riffler.service.training.nano.tree_attention", reason="the extra `local` isn't installed")

from riffler.service.training.nano.examples import ExampleWriter  # noqa: E402 - needs the extra
from riffler.service.training.nano.tokenizer import train_tokenizer  # noqa: E402 - needs the extra

TOKENIZER = train_tokenizer(samples(1, 100), 400)
WRITER = ExampleWriter(TOKENIZER)
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
    MODEL.set_attn_implementation(tree.TREE)
    ids = torch.tensor(example.ids.astype("int64"))[None]
    positions = torch.tensor(example.positions.astype("int64"))[None]
    ways = tree.ways_of(example.branches, len(example.ids))
    with torch.no_grad():
        hidden = MODEL.model(input_ids=ids, position_ids=positions, use_cache=False, ways=ways).last_hidden_state[0]
    together = hidden[example.places[example.said].astype("int64")]
    MODEL.set_attn_implementation("sdpa")
    alone = []
    for sample in turn:
        one = WRITER.write([sample])
        with torch.no_grad():
            states = MODEL.model(input_ids=torch.tensor(one.ids.astype("int64"))[None]).last_hidden_state[0]
        alone.append(states[one.places[one.said].astype("int64")])
    assert torch.allclose(together, torch.cat(alone), atol=1e-5)


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
