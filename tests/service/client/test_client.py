"""The client against a real service: what a user's app does with it."""

import asyncio
import copy
import pickle

import httpx
import pytest

from riffler import AsyncClient, Client
from riffler.errors import InvalidInput, SessionExists, UnknownSession
from riffler.service.client.models.answers import Arrived, Delta, Rewriting
from riffler.service.client.refusing import Refused

TEXTS = ["The harbour opens at six.", "The bakery opens at seven."]


async def test_a_question_is_answered_and_rewarded(ours: AsyncClient) -> None:
    """An answer comes with all that belongs to it, is rewarded in one call, and its decision has the reward then."""
    answer = await ours.ask("When does the harbour open?", TEXTS)
    assert answer.text == "It is in the harbour."
    assert answer.etag is not None
    assert answer.rewriting.decision is not None
    rewarded = await answer.reward(0.8)
    assert (rewarded.counted, rewarded.reward, rewarded.source) == (True, 0.8, "number")
    assert (await answer.reward(0.1)).counted is False
    assert (await answer.reward(feedback="bad", correct=True)).outcome == "corrected"
    decision = await ours.decision(answer.rewriting.decision)
    assert (decision.state, decision.reward, decision.session) == ("rewarded", 0.0, answer.session)
    compared = await ours.ask("And the bakery?", session=answer.session)
    assert (await compared.reward(references=["It is in the harbour."])).reward == 1.0


async def test_a_session_goes_on(ours: AsyncClient) -> None:
    """A question follows what was said; a system message begins a session; only what was seen is changed."""
    answer = await ours.ask("When?", TEXTS, system="Answer from the text.")
    said = [message async for message in ours.messages(answer.session, page_size=2)]
    assert [message["role"] for message in said] == ["system", "user", "user", "user", "assistant"]
    again = await ours.ask([{"role": "user", "content": "And then?"}], session=answer.session, if_match=answer.etag)
    assert again.version > answer.version
    with pytest.raises(Refused) as refused:
        await ours.ask("And now?", session=answer.session, if_match=answer.etag)
    assert (refused.value.status, refused.value.kind) == (412, "version-conflict")


async def test_an_answer_comes_in_events(ours: AsyncClient) -> None:
    """Events come typed and in order; the last is the answer, which can be rewarded."""
    async with ours.stream("When does the harbour open?", TEXTS) as events:
        with pytest.raises(InvalidInput, match="isn't there yet"):
            _ = events.answer
        kinds = [type(event) async for event in events]
    assert kinds[:2] == [Arrived, Rewriting]
    assert set(kinds[2:-1]) == {Delta}
    assert kinds[-1] is type(events.answer)
    assert (await events.answer.reward(1.0)).counted is True


async def test_both_faces_do_the_same(ours: AsyncClient) -> None:
    """The synchronous client asks, streams, lists and rewards, too."""

    def work() -> None:
        with Client(ours.address) as client:
            answer = client.ask("When does the harbour open?", TEXTS)
            assert answer.reward(0.5).reward == 0.5
            with client.stream("And now?", session=answer.session) as events:
                text = "".join(event.text for event in events if isinstance(event, Delta))
            assert text == events.answer.text == "It is in the harbour."
            assert [each.session for each in client.sessions()] == [answer.session]
            with client.stream("And then?", session=answer.session) as events:
                assert events.finish().session == answer.session

    await asyncio.to_thread(work)


async def test_a_refusal_is_what_the_server_raised(ours: AsyncClient, client: httpx.AsyncClient) -> None:
    """An app catches the same error whether it embeds Riffler or calls it, with all that the problem says."""
    with pytest.raises(UnknownSession) as unknown:
        await ours.session("nowhere")
    assert isinstance(unknown.value, Refused)
    assert (unknown.value.status, unknown.value.title) == (404, "Unknown session")
    assert "nowhere" in unknown.value.detail
    assert "nowhere" not in unknown.value.loggable
    back = pickle.loads(pickle.dumps(unknown.value))  # noqa: S301 - our own
    assert isinstance(back, UnknownSession)
    assert str(back) == str(unknown.value)
    await ours.create_session("pier")
    with pytest.raises(SessionExists):
        await ours.create_session("pier")
    with pytest.raises(Refused) as invalid:
        await ours.create_session("a name with spaces")
    assert [complaint.field for complaint in invalid.value.complaints] == ["body.session"]
    assert invalid.value.request_id


async def test_an_answer_can_be_copied_and_kept(ours: AsyncClient) -> None:
    """A copy can still be rewarded; what was pickled says how it can be."""
    answer = await ours.ask("When?")
    assert (await copy.deepcopy(answer).reward(1.0)).counted is True
    kept = pickle.loads(pickle.dumps(answer))  # noqa: S301 - our own
    assert (kept.text, kept.etag) == (answer.text, answer.etag)
    with pytest.raises(InvalidInput, match=r"client\.reward"):
        await kept.reward(1.0)
