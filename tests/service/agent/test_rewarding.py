"""Rewards as users give them: the number that each form makes, the price that comes off, and what is refused."""

import secrets
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from riffler.bandits.cost import Cost, Prices
from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.bandits.reward import Weights
from riffler.bandits.reward import reward as compared
from riffler.errors import InvalidInput, InvalidReward, InvalidSetting, JudgeFailed, UnknownDecision
from riffler.service.agent.judge import Judge
from riffler.service.agent.reward_batch import MOST_JUDGED, MOST_ROWS, Row, reward_all
from riffler.service.agent.rewarding import (
    MOST_ANSWER_CHARACTERS,
    MOST_REFERENCE_CHARACTERS,
    Against,
    Feedback,
    Form,
    Number,
    Rewards,
    ToJudge,
)
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.decisions import PolicyName, RewardOutcome
from riffler.service.settings import read_settings

KEY = PolicyKey("scripted", "m", "a", "f", "p").digest()
TO_JUDGE = ToJudge("How deep is it?", "12 m.", ("The harbour is 12 m deep.",))


@pytest.fixture
def name() -> PolicyName:
    """A policy of a tenant of the test's own."""
    return PolicyName(f"tenant-{secrets.token_hex(8)}", KEY, 1)


async def decide(store: RedisPolicyStore, name: PolicyName, cost: Cost | None = None) -> str:
    """Log a decision, with what its turn took."""
    id_ = decision_id(KEY, secrets.token_bytes(8))
    await store.record(name, Decision(id_, "", "f", (1.0,), ("none",), {"none": 1.0}, "none", "p", "1"))
    if cost is not None:
        await store.spent(name.tenant, id_, cost)
    return id_


def judging(*replies: Reply) -> tuple[ScriptedEngine, Judge]:
    """A judge that says these things."""
    engine = ScriptedEngine(list(replies))
    return engine, Judge(engine)


forms = st.one_of(
    st.builds(Number, st.floats(0, 1)),
    st.builds(Feedback, st.sampled_from(["good", "bad", 1, 2, 3, 4, 5])),
    st.builds(Against, st.text("ab 1", max_size=12), st.lists(st.text("ab1", min_size=1, max_size=6), min_size=1)),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=forms,
    prices=st.builds(Prices, st.floats(0, 0.5), st.floats(0, 0.5)),
    cost=st.none() | st.builds(Cost, st.integers(0, 5000), st.floats(0, 5000)),
)
@example(form=Number(0.9), prices=Prices(0.1, 0.02), cost=Cost(2000, 5000.0))
async def test_what_a_turn_cost_comes_off_every_form(
    store: RedisPolicyStore, name: PolicyName, form: Form, prices: Prices, cost: Cost | None
) -> None:
    """What is learned is the quality less the price, at least 0; the log holds both, and what is told is what is kept.

    Without a price, or a cost, the quality is learned as it is.
    """
    rewards = Rewards(store, prices=prices)
    quality = await rewards.quality(form)
    id_ = await decide(store, name, cost)
    done = await rewards.reward(name.tenant, id_, form)
    logged = await store.decision(name.tenant, id_)
    assert done.outcome is RewardOutcome.COUNTED
    assert logged.given == done.learned
    if cost is None or prices.token_price == prices.second_price == 0:
        assert logged.given == quality
        return
    price = prices.token_price * cost.tokens / 1000 + prices.second_price * cost.ms / 1000
    assert logged.reward == max(0.0, quality.reward - logged.parts["price"])
    assert logged.parts == {**quality.parts, "quality": quality.reward, "price": pytest.approx(price)}


async def test_a_price_worked_through(store: RedisPolicyStore, name: PolicyName) -> None:
    """At 0.1 for 1,000 tokens and 0.02 a second, 2,000 tokens in 5 seconds take 0.3 off 0.9."""
    id_ = await decide(store, name, Cost(2000, 5000.0))
    done = await Rewards(store, prices=Prices(0.1, 0.02)).reward(name.tenant, id_, Number(0.9))
    assert done.learned is not None
    assert done.learned.reward == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("said", "number"), [("good", 1.0), ("bad", 0.0), (1, 0.0), (2, 0.25), (3, 0.5), (4, 0.75), (5, 1.0)]
)
async def test_feedback_is_a_number(store: RedisPolicyStore, said: Any, number: float) -> None:
    """Good and bad are the ends, and stars part what lies between evenly."""
    quality = await Rewards(store).quality(Feedback(said))
    assert (quality.reward, quality.source) == (number, "feedback")
    assert quality.parts == ({"stars": said} if isinstance(said, int) else {})


async def test_references_are_compared_by_the_weights(store: RedisPolicyStore) -> None:
    """The parts are those of the comparison, and the number is their sum by the weights that were set."""
    weights, answer, references = Weights(0.2, 0.5, 0.3), "It is twelve metres deep", ["12 m", "twelve metres"]
    quality = await Rewards(store, weights).quality(Against(answer, references))
    expected = compared(answer, references, weights)
    assert quality.parts == {"judge": expected.judge, "fuzzy": expected.fuzzy, "bleu": expected.bleu}
    assert quality.reward == expected.total == pytest.approx(0.2 * 1 + 0.5 * expected.fuzzy + 0.3 * expected.bleu)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Feedback("fine"), "good, bad, or 1 to 5 stars"),  # type: ignore[arg-type]
        (lambda: Feedback(0), "got 0"),
        (lambda: Feedback(6), "got 6"),
        (lambda: Feedback(True), "got True"),
        (lambda: Against("a" * (MOST_ANSWER_CHARACTERS + 1), ["b"]), "answer"),
        (lambda: Against("a", ["b" * MOST_REFERENCE_CHARACTERS, "b"]), "references"),
        (lambda: ToJudge("q", "a" * (MOST_ANSWER_CHARACTERS + 1)), "answer"),
        (lambda: ToJudge("q", "a", criterion="beauty"), "relevance"),
    ],
)
def test_what_is_no_form_is_refused(make: Any, words: str) -> None:
    """What can't be a reward is refused before anything is asked or stored, with what would be right."""
    with pytest.raises(InvalidInput, match=words):
        make()


@pytest.mark.parametrize(
    ("form", "error", "words"),
    [
        (Number(1.5), InvalidReward, "from 0 to 1"),
        (Number(float("nan")), InvalidReward, "from 0 to 1"),
        (Against("a", []), InvalidInput, "at least one"),
        (Against("a", ["?!"]), InvalidInput, "a word"),
        (TO_JUDGE, InvalidInput, "there is no judge"),
    ],
)
async def test_nothing_is_learned_of_what_is_refused(
    store: RedisPolicyStore, name: PolicyName, form: Form, error: type[Exception], words: str
) -> None:
    """A refusal says what would work, and the decision still waits for its reward."""
    id_ = await decide(store, name)
    with pytest.raises(error, match=words):
        await Rewards(store).reward(name.tenant, id_, form)
    assert (await store.decision(name.tenant, id_)).state == "open"


async def test_a_verdict_is_kept_with_who_gave_it(store: RedisPolicyStore, name: PolicyName) -> None:
    """The log holds the score, the criterion that was chosen, and the judge's name with its version."""
    _, judge = judging("grounding", "Score: 3")
    id_ = await decide(store, name, Cost(1000, 0.0))
    await Rewards(store, prices=Prices(0.25), judge=lambda: judge).reward(name.tenant, id_, TO_JUDGE)
    logged = await store.decision(name.tenant, id_)
    assert (logged.reward, logged.source, logged.criterion, logged.judge) == (0.5, "judge", "grounding", judge.name)
    assert logged.parts == {"judge": 0.75, "quality": 0.75, "price": 0.25}


async def test_the_judge_is_asked_only_where_it_matters(store: RedisPolicyStore, name: PolicyName) -> None:
    """What won't count costs no call: a second reward, a repeated one, one of a void or an unknown decision."""
    engine, judge = judging("3", "1")
    rewards, form = Rewards(store, judge=lambda: judge), ToJudge("How deep?", "12 m.", criterion="clarity")
    id_, void = await decide(store, name), await decide(store, name)
    await store.void(name.tenant, void)

    async def said(decision: str, token: str, *, correct: bool) -> tuple[RewardOutcome, float | None]:
        done = await rewards.reward(name.tenant, decision, form, token, correct=correct)
        return done.outcome, done.learned and done.learned.reward

    assert await said(id_, "a-1", correct=False) == (RewardOutcome.COUNTED, 0.75)
    assert await said(id_, "a-1", correct=False) == (RewardOutcome.REPEATED, 0.75)
    assert await said(id_, "a-1", correct=True) == (RewardOutcome.REPEATED, 0.75)
    assert await said(id_, "b-1", correct=False) == (RewardOutcome.REFUSED, 0.75)
    assert await said(void, "c-1", correct=False) == (RewardOutcome.REFUSED, None)
    assert await said(void, "c-1", correct=True) == (RewardOutcome.REFUSED, None)
    with pytest.raises(UnknownDecision):
        await said("d123", "d-1", correct=False)
    assert len(engine.requests) == 1
    assert await said(id_, "e-1", correct=True) == (RewardOutcome.CORRECTED, 0.25)
    assert len(engine.requests) == 2


async def test_a_judge_that_fails_teaches_nothing(store: RedisPolicyStore, name: PolicyName) -> None:
    """Without a verdict there is no reward, not a low one: the decision waits, and a row of a batch says `failed`."""
    id_ = await decide(store, name)
    _, judge = judging("grounding", "Hm.", "Hm again.", "grounding", "Hm.", "Hm again.")
    rewards = Rewards(store, judge=lambda: judge)
    with pytest.raises(JudgeFailed):
        await rewards.reward(name.tenant, id_, TO_JUDGE)
    (row,) = (await reward_all(rewards, name.tenant, [Row(id_, TO_JUDGE)])).rows
    assert (row.outcome, row.source, row.learned) == ("failed", "judge", None)
    assert (await store.decision(name.tenant, id_)).state == "open"


async def test_a_batch_tells_the_reward_that_stands(store: RedisPolicyStore, name: PolicyName) -> None:
    """A row for the judge that comes too late is told what an earlier row of the batch made of the decision."""
    engine, judge = judging()
    rewards, id_ = Rewards(store, judge=lambda: judge), await decide(store, name)
    await rewards.reward(name.tenant, id_, Number(0.2))
    batch = await reward_all(rewards, name.tenant, [Row(id_, Number(0.9), correct=True), Row(id_, TO_JUDGE)])
    assert [(row.outcome, row.learned and row.learned.reward) for row in batch.rows] == [
        ("corrected", 0.9),
        ("refused", 0.9),
    ]
    assert not engine.requests


async def test_what_was_corrected_since_it_was_weighed_is_told(store: RedisPolicyStore, name: PolicyName) -> None:
    """A reward that can't count is answered with what is learned when the answer is given."""
    rewards, id_ = Rewards(store), await decide(store, name)
    await rewards.reward(name.tenant, id_, Number(0.2))
    weighed = await rewards.weigh(name.tenant, id_, TO_JUDGE)
    await rewards.reward(name.tenant, id_, Number(0.9), correct=True)
    done = await rewards.put(name.tenant, id_, weighed)
    assert (done.name, done.learned and done.learned.reward) == ("refused", 0.9)


async def test_a_batch_pays_for_one_verdict_of_a_decision(store: RedisPolicyStore, name: PolicyName) -> None:
    """A later row for the judge asks it only where those before gave the decision no reward, or where it corrects."""
    form = ToJudge("How deep?", "12 m.", criterion="clarity")
    engine, judge = judging("3", "Hm.", "Hm again.", "1", "0")
    rewards, ids = Rewards(store, judge=lambda: judge), [await decide(store, name) for _ in range(3)]
    batches = [
        [Row(ids[0], form), Row(ids[0], form)],
        [Row(ids[1], form), Row(ids[1], form)],
        [Row(ids[2], Number(1.0)), Row(ids[2], form), Row(ids[2], form, correct=True)],
    ]
    said = [(await reward_all(rewards, name.tenant, rows)).rows for rows in batches]
    assert [[(row.outcome, row.learned and row.learned.reward) for row in each] for each in said] == [
        [("counted", 0.75), ("refused", 0.75)],
        [("failed", None), ("counted", 0.25)],
        [("counted", 1.0), ("refused", 1.0), ("corrected", 0.0)],
    ]
    assert len(engine.requests) == 5


async def test_a_void_decision_is_refused_whatever_comes(store: RedisPolicyStore, name: PolicyName) -> None:
    """Nothing is learned of a call that failed, also not by a correction."""
    id_ = await decide(store, name)
    await store.void(name.tenant, id_)
    for correct in (False, True):
        done = await Rewards(store).reward(name.tenant, id_, Number(1.0), correct=correct)
        assert (done.name, done.learned) == ("refused", None)


rows = st.lists(
    st.tuples(
        st.integers(0, 5), st.sampled_from([Number(0.25), Number(0.5), Feedback("good"), "wrong"]), st.booleans()
    ),
    max_size=25,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows)
@example(rows=[(0, "wrong", False), (5, Number(0.5), False), (0, Number(0.5), False), (0, Feedback("good"), False)])
@example(rows=[(1, Number(0.5), True), (1, Number(0.25), True), (4, Number(0.5), False)])
async def test_a_batch_is_its_rows_one_by_one(
    store: RedisPolicyStore, name: PolicyName, rows: list[tuple[int, Form | str, bool]]
) -> None:
    """Each row has the outcome that it would have alone, in order, whatever is wrong with others of the batch.

    Decision 4 is void, 5 is unknown; the places of rewards are those of the rows.
    """
    ids = [await decide(store, name) for _ in range(5)]
    await store.void(name.tenant, ids[4])
    ids.append("d123")
    rewards = Rewards(store)
    batch = await reward_all(rewards, name.tenant, [Row(ids[which], form, correct) for which, form, correct in rows])
    kept = dict[int, float]()
    for (which, form, correct), row in zip(rows, batch.rows, strict=True):
        if isinstance(form, str):
            assert (row.outcome, row.problem) == ("invalid", "wrong")
        elif which == 5:
            assert row.outcome == "unknown"
        elif which == 4 or (which in kept and not correct):
            assert row.outcome == "refused"
        else:
            assert row.outcome == ("corrected" if which in kept else "counted")
            kept[which] = (await rewards.quality(form)).reward
    logged = [await store.decision(name.tenant, id_) for id_ in ids[:5]]
    assert {number: each.reward for number, each in enumerate(logged) if each.reward is not None} == kept
    assert sorted(kept, key=lambda which: logged[which].order) == list(kept)


async def test_a_batch_has_its_limits(store: RedisPolicyStore, name: PolicyName) -> None:
    """Too many rows, or too many for the judge, are refused before any of them counts."""
    id_ = await decide(store, name)
    for form, count in ((Number(1.0), MOST_ROWS + 1), (TO_JUDGE, MOST_JUDGED + 1)):
        with pytest.raises(InvalidInput, match="send them in several"):
            await reward_all(Rewards(store), name.tenant, [Row(id_, form)] * count)
    assert (await store.decision(name.tenant, id_)).state == "open"


def test_the_weights_are_checked_when_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that don't sum to 1 are refused at once, by their names; so is a price below 0."""
    monkeypatch.setenv("RIFFLER_REWARD_JUDGE_WEIGHT", "0.5")
    with pytest.raises(InvalidSetting, match="reward_judge_weight, reward_fuzzy_weight, reward_bleu_weight"):
        read_settings()
    monkeypatch.setenv("RIFFLER_REWARD_BLEU_WEIGHT", "0.2")
    assert read_settings().reward_weights == Weights(0.5, 0.3, 0.2)
    monkeypatch.setenv("RIFFLER_TOKEN_PRICE", "-1")
    with pytest.raises(InvalidSetting, match="token_price"):
        read_settings()
