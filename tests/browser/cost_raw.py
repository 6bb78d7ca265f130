"""What the page of costs must show, worked out from Redis' raw turn log call by call, past the service and its sums."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from redis.asyncio import Redis

from riffler.service.ports.keys import turn_log

Record = dict[str, Any]
_MANY = 100_000
"""Calls after which an edit that hasn't paid back is taken for one that never does."""


async def records_of(url: str, tenant: str) -> list[Record]:
    """Read the turn log as it lies in Redis, the oldest first."""
    async with Redis.from_url(url, decode_responses=True) as client:
        rows = await client.xrange(turn_log(tenant))
    return [{**json.loads(row["record"]), "at_ms": int(id_.partition("-")[0])} for id_, row in rows]


def report(records: list[Record]) -> dict[str, Any]:
    """Work out all that `GET /costs` tells of these records, of which there are fewer than a hundred edits."""
    turns = [each for each in records if each["kind"] == "turn"]
    prices = Counter((each["read_price"], each["write_price"]) for each in turns)
    by, stretches = _stretches(turns)
    return {
        "looked_at": len(records),
        "whole": True,
        "from_ms": records[0]["at_ms"],
        "to_ms": records[-1]["at_ms"],
        "outcomes": dict(Counter(each["outcome"] for each in turns)),
        "prices": [{"read": read, "write": write, "turns": number} for (read, write), number in prices.most_common()],
        "total": sums(turns),
        "by": by,
        "stretches": [
            {"from_ms": some[0]["at_ms"], "to_ms": some[-1]["at_ms"], "sums": sums(some)} for some in stretches
        ],
        "parts": _parts(turns),
        "edits": _edits(records),
        "engines": _most([{"engine": e, "model": m} for e, m in {(t["engine"], t["model"]): 0 for t in turns}], turns),
        "sessions": _most([{"session": name} for name in {t["session"]: 0 for t in turns}], turns)[:20],
    }


def sums(turns: list[Record]) -> dict[str, Any]:
    """Add up turns."""
    bill, priced = 0.0, False
    for each in turns:
        read, write, cached = each["read_price"], each["write_price"], each["cached_tokens"]
        bill += sum((read * cached, write * (each["prompt_tokens"] - cached)))
        priced = priced or read != 1 or write != 1
    names = ("calls", "prompt_tokens", "cached_tokens", "completion_tokens", "saved_tokens")
    return {
        "turns": len(turns),
        **{name: sum(each[name] for each in turns) for name in names},
        "billed_tokens": bill if priced else None,
        "ms": sum(each["total_ms"] for each in turns),
        "estimated": len([each for each in turns if each["estimated"]]),
        "counts_estimated": len([each for each in turns if each["counts_estimated"]]),
    }


def _stretches(turns: list[Record]) -> tuple[str, list[list[Record]]]:
    if len(turns) <= 150:
        return "turn", [[each] for each in turns]
    if turns[-1]["at_ms"] - turns[0]["at_ms"] <= 14 * 86_400_000:
        return "hundred", [turns[first : first + 100] for first in range(0, len(turns), 100)]
    return "day", [list(some) for _, some in groupby(turns, key=lambda each: each["at_ms"] // 86_400_000)]


def _parts(turns: list[Record]) -> list[dict[str, Any]]:
    spent = Counter[str]()
    for each in turns:
        spent.update(each["times_ms"])
    order = list(dict.fromkeys(part for each in turns for part in each["times_ms"]))
    whole = sum(each["total_ms"] for each in turns)
    found = {part: spent[part] for part in order} | {"other": whole - sum(spent.values())}
    return [{"part": part, "ms": ms, "share": ms / whole} for part, ms in found.items()]


def _most(names: list[dict[str, str]], turns: list[Record]) -> list[dict[str, Any]]:
    """Add up turns by what they have in common, that of the most tokens first."""
    found = []
    for name in names:
        mine = [each for each in turns if all(each[key] == value for key, value in name.items())]
        found.append({**name, "last_ms": mine[-1]["at_ms"], "sums": sums(mine)})
    return sorted(found, key=lambda each: -each["sums"]["prompt_tokens"] - each["sums"]["completion_tokens"])


@dataclass
class _Edit:
    """An edit, and what each call since freed by it, in tokens that it would have read, and in those it would write."""

    record: Record
    edit: Record
    calls: list[tuple[int, int]]
    frees: int
    owed: float

    @property
    def restores(self) -> bool:
        """Whether it shows text again."""
        return bool(self.edit["restored"])

    @property
    def earned(self) -> float:
        """What calls cost less, one by one."""
        read, write = self.record["read_price"], self.record["write_price"]
        return math.fsum(read * (freed - fresh) + write * fresh for freed, fresh in self.calls)

    def earns(self, frees: int, *, first: bool) -> float:
        """Give what a call earns that it frees so much of."""
        fresh = max(0, min(frees, self.edit["fresh_tokens"])) if first else 0
        return float(self.record["read_price"] * (frees - fresh) + self.record["write_price"] * fresh)

    def more(self, calls: int) -> float:
        """Give what so many further calls earn."""
        if not calls:
            return 0.0
        first, later = (self.earns(self.frees, first=each) for each in (not self.calls, False))
        return first + (calls - 1) * later


def _edits(records: list[Record]) -> dict[str, Any]:
    found = [each for life in _lives(records) for each in _followed(life)]
    found.sort(key=lambda each: (each.record["at_ms"], each.record["session"], each.edit["version"]))
    makers = Counter((_actor(each), each.edit["tool"]) for each in found)
    return {
        "total": _together(found),
        "by": [
            {"actor": maker[0], "tool": maker[1], "sums": _together([e for e in found if _maker(e) == maker])}
            for maker in sorted(makers, key=lambda each: (-makers[each], each))
        ],
        "newest": [_told(each) for each in found[::-1]],
        "priced": any((e.record["read_price"], e.record["write_price"]) != (1, 1) for e in found),
    }


def _lives(records: list[Record]) -> Iterator[list[Record]]:
    for life in {(each["session"], each["life"]): 0 for each in records}:
        yield [each for each in records if (each["session"], each["life"]) == life]


def _followed(records: list[Record]) -> list[_Edit]:
    """Follow each edit of a session through the calls after it, one by one."""
    found: list[_Edit] = []
    broken = 0  # out of the cache by edits by hand since the last call
    for record in records:
        edits = list(record["edits"])
        for call in range(record["calls"] + 1):
            for edit in [each for each in edits if each["calls_before"] == call]:
                if edit["restored"]:
                    for each in found:
                        if set(each.edit["ids"]) & set(edit["ids"]):
                            assert set(each.edit["ids"]) <= set(edit["ids"]), "only whole edits are taken back here"
                            each.frees = 0
                dearer = record["write_price"] - record["read_price"]
                held = edit["freed_tokens"] - edit["fresh_tokens"]  # of what was in the cache
                now = max(edit["rewritten_tokens"], broken - held) if record["kind"] == "edit" else 0
                owed = dearer * (now - broken if record["kind"] == "edit" else edit["rewritten_tokens"])
                broken = now
                found.append(_Edit(record, edit, [], 0 if edit["restored"] else edit["freed_tokens"], owed))
            if call < record["calls"]:
                broken = 0
                for each in found:
                    fresh = min(each.frees, max(0, each.edit["fresh_tokens"])) if not each.calls else 0
                    each.calls.append((each.frees, fresh))
    return found


def _actor(each: _Edit) -> str:
    return str(each.edit["actor"])


def _maker(each: _Edit) -> tuple[str, str]:
    return _actor(each), each.edit["tool"]


def _fewest(edits: list[_Edit]) -> int | None:
    """Try how many further calls of each session make up for what is owed."""
    missing = math.fsum(each.owed - each.earned for each in edits) - 1e-6
    if missing <= 0:
        return 0
    if math.fsum(each.more(_MANY) for each in edits) < missing:
        return None
    low, high = 0, _MANY  # more calls never earn less: the edits here free text
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if math.fsum(each.more(middle) for each in edits) >= missing else (middle, high)
    return high


def _standing(each: _Edit) -> str:
    if each.restores:
        return "shown_again"
    return {0: "paid_back", None: "never"}.get(_fewest([each]), "not_yet")


def _told(each: _Edit) -> dict[str, Any]:
    record, edit = each.record, each.edit
    untouched = _Edit(record, edit, [], edit["freed_tokens"], each.owed)
    same = ("version", "actor", "tool", "folded", "restored", "summarised", "freed_tokens", "fresh_tokens")
    return {
        "at_ms": record["at_ms"],
        "session": record["session"],
        **{name: edit[name] for name in (*same, "rewritten_tokens")},
        "frees_tokens": each.frees,
        "calls": len(each.calls),
        "spared_tokens": sum(freed for freed, _ in each.calls),
        "earned_tokens": each.earned,
        "owed_tokens": each.owed,
        "balance_tokens": each.earned - each.owed,
        "breaks_even": None if each.restores else _fewest([untouched]),
        "lacks": _fewest([each]),
        "standing": _standing(each),
        "estimated": record["counts_estimated"],
    }


def _together(edits: list[_Edit]) -> dict[str, Any]:
    stands = Counter(map(_standing, edits))
    earned, owed = math.fsum(each.earned for each in edits), math.fsum(each.owed for each in edits)
    return {
        "edits": len(edits),
        **{name: stands[name] for name in ("paid_back", "not_yet", "never", "shown_again")},
        "freed_tokens": sum(each.edit["freed_tokens"] for each in edits if not each.restores),
        "spared_tokens": sum(freed for each in edits for freed, _ in each.calls),
        "earned_tokens": earned,
        "owed_tokens": owed,
        "balance_tokens": earned - owed,
        "lacks": _fewest(edits),
        "estimated": len([each for each in edits if each.record["counts_estimated"]]),
    }
