"""The soak, once and short: many streams at once through a real service; and that it would tell what goes wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.proxy.clients import Clients
from benchmarks.proxy.flatness import Sample, verdict
from benchmarks.proxy.load import Load
from benchmarks.proxy.marks import mark_of, pieces
from benchmarks.proxy.summary import STRAIGHT, rows, table
from benchmarks.proxy.upstream import MODEL, Upstream
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.openai import OpenAIEngine
from riffler.service.settings import read_settings

CLIENTS = 200


@pytest.mark.timeout(600)
async def test_no_stream_of_many_is_lost_or_mixed_up(server_folder: Path) -> None:
    """Two hundred clients at once each hear all of their own answers, in sessions of their own, and nothing else."""
    async with Upstream(count=3, pause_s=1.0) as upstream:
        # Service, clients and upstream share one loop, and all begin at once: what takes a moment else may wait for
        # longer here than a service may. Without rewrites, as those take a third of the time and share nothing.
        engine = OpenAIEngine(MODEL, base_url=upstream.base_url, connect_s=120.0)
        settings = read_settings(data_folder=server_folder, rewriting=False, redis_timeout_s=120.0, lease_s=600.0)
        async with Riffler(settings, tenant="many", engine=engine, seed=1) as riffler, served(riffler) as http:
            tally = await Clients(str(http.base_url).rstrip("/"), 3, turns=1).run(CLIENTS, lambda: False)
            left = (await http.get("/api/v1/sessions")).json()["items"]
    assert (tally.shown, tally.answers, tally.conversations) == ([], CLIENTS, CLIENTS)
    assert tally.most == CLIENTS
    assert left == []  # each client deleted its own: no other was made


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (lambda mark: "".join(pieces(f"{mark}x", 2)), "mixed up"),
        (lambda mark: "".join(pieces(mark, 2)) + "c001 2 of 2. ", "mixed up"),
        (lambda mark: pieces(mark, 2)[0], "lost"),
        (lambda mark: "", "lost"),
    ],
    ids=["another's", "more than its own", "half", "nothing"],
)
async def test_clients_tell_what_is_wrong_with_an_answer(said: Callable[[str], str], kind: str) -> None:
    """An answer that isn't whole, or not of this client alone, is counted as what it is, and ends its conversation."""
    async with LocalApi(lambda request: said(mark_of([each.to_dict() for each in request.messages]))) as upstream:
        tally = await Clients(upstream.base_url.removesuffix("/v1"), 2).run(3, lambda: False)
    assert (tally.wrong, tally.answers, tally.conversations) == ({kind: 3}, 0, 0)


async def test_two_conversations_in_one_session_are_mixed_up() -> None:
    """Whole answers that come from one session for several clients, or from one that holds none of it, are mixed up."""
    async with Upstream(count=2) as upstream:  # names no session, so it's the same for everybody, and keeps nothing
        tally = await Clients(upstream.base_url.removesuffix("/v1"), 2).run(3, lambda: False)
    assert (tally.wrong, tally.answers, tally.conversations) == ({"mixed up": 3}, 3, 0)


@pytest.mark.parametrize(
    ("grows", "seconds", "flat"),
    [(0.0, 600, True), (2.0, 600, True), (60.0, 600, False), (60.0, 60, True)],
    ids=["flat", "a little", "growing", "too short to tell"],
)
def test_memory_that_grows_is_told(grows: float, seconds: int, flat: bool) -> None:
    """What grows after the warm-up by more than a few MiB isn't flat, of either process; the warm-up isn't judged."""
    rising = [Sample(at, 100.0 + min(at, 100) + grows * at / 600, 10.0) for at in range(0, seconds, 10)]
    swapped = [Sample(each.at_s, each.store_mib, each.service_mib) for each in rising]
    assert [verdict(each)[0] for each in (rising, swapped)] == [flat, flat]


def test_what_is_added_is_worked_out_within_each_round() -> None:
    """A round in which all took longer changes nothing of what is added; the ratio is to what the peer adds."""
    rounds = [
        {
            (name, 16): Load(slow + added, slow + 2 * added, 1000 / (slow + added), 99)
            for name, added in ((STRAIGHT, 0.0), ("ours", 3.0), ("peer", 12.0))
        }
        for slow in (1.0, 10.0, 100.0)
    ]
    straight, ours, peer = rows(rounds, "peer")
    assert (ours.median_ms, ours.added_ms, ours.added_p95_ms, ours.ratio) == (13.0, 3.0, 6.0, 0.25)
    assert (straight.median_ms, straight.added_ms, straight.ratio, peer.ratio) == (10.0, 0.0, None, 1.0)
    assert [row.ratio for row in rows(rounds, "nobody")] == [None] * 3
    assert "| ours | 16 | 13.00 ms | 16.00 ms | 77 | 3.00 ms | 6.00 ms | 0.25 |" in table([ours])
