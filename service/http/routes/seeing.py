"""A session seen closely: its view in pieces, the tokens of it, original text, and a search that changes nothing."""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import Annotated

from fastapi import Query

from riffler.errors import InvalidArguments, InvalidInput, PatternTooSlow, SearchTooSlow, UnknownVersion
from riffler.service.agent.offload import in_a_thread, offload
from riffler.service.agent.past import memory_at
from riffler.service.http.bodies import JsonRoute
from riffler.service.http.core import CoreOf
from riffler.service.http.described import READS, documented, read_answers
from riffler.service.http.groups import group
from riffler.service.http.incoming import MOST_VERSIONS
from riffler.service.http.paging import Cursor, read_cursor, write_cursor
from riffler.service.http.reading import ReaderOf
from riffler.service.http.routes.conversation import AtVersion
from riffler.service.http.seeing_examples import HITS, ORIGINAL, PIECES, TOKEN_PARTS
from riffler.service.http.seeing_schemas import HitOut, HitPage, OriginalOut, PieceOut, PiecesPage, TokenPartsOut
from riffler.service.ports.memory import MemoryStore, SessionKey
from riffler.tools.finding.base import Found, Mark
from riffler.tools.finding.ways import BY_WORTH, How
from riffler.tools.history import PastOrder
from riffler.tools.memory import WorkingMemory
from riffler.tools.piece_pages import FIRST, PiecePage, Place, page_before, page_from, place_of
from riffler.tools.pieces import Pieces
from riffler.tools.seeking import seek, sought
from riffler.tools.sources import FoundIn, Sources
from riffler.tools.token_parts import token_parts

_MOST_CHARACTERS = 100_000
_MOST_SEARCHED = 2000
"""Versions before the one that is searched, whose summaries and rewrites are found, too."""
_NOT_THERE = documented(*READS, 404)

router = group("/api/v1/sessions/{session}", "conversation", JsonRoute)

Since = Annotated[
    int | None,
    Query(
        ge=0, le=MOST_VERSIONS, description="Say of each piece what happened to it after this version.", examples=[1]
    ),
]
Step = Annotated[bool, Query(description="The same after the version before, if that is kept: what this step did.")]
Characters = Annotated[
    int,
    Query(
        ge=1000,
        le=_MOST_CHARACTERS,
        description="About how many characters a page has; each piece counts some for its figures.",
    ),
]
AtMessage = Annotated[
    int | None, Query(ge=0, le=MOST_VERSIONS, description="In place of a cursor: begin with this message.")
]
AtSlot = Annotated[int | None, Query(ge=0, le=MOST_VERSIONS, description="Begin with this text of that message.")]
AtCall = Annotated[
    str | None, Query(max_length=2000, description="Begin with this call of that message, by its id.", examples=["c1"])
]
AtCharacter = Annotated[
    int,
    Query(
        ge=0,
        le=MOST_VERSIONS,
        description="Begin with what shows this character of that original text, or of that call.",
    ),
]
Last = Annotated[bool, Query(description="In place of a cursor: the page that ends with the view's end.")]
Message = Annotated[int, Query(ge=0, le=MOST_VERSIONS, description="Index of the message.", examples=[0])]
Slot = Annotated[int, Query(ge=0, le=MOST_VERSIONS, description="Which text of that message.")]
Start = Annotated[int, Query(ge=0, le=MOST_VERSIONS, description="The first character.")]
End = Annotated[
    int | None, Query(ge=0, le=MOST_VERSIONS, description="One past the last; without it, and beyond, the text's end.")
]
Wanted = Annotated[str, Query(min_length=1, max_length=2000, description="What to find.", examples=["harbour"])]
Way = Annotated[
    How, Query(description="`any_case`: nor accents; `pattern`: a regular expression; `ranked`: words, by BM25.")
]
InTexts = Annotated[
    FoundIn | None,
    Query(description="Look in texts of this kind only: those that came, arguments of calls, summaries, or rewrites."),
]
Hits = Annotated[int, Query(ge=1, le=200, description="Most matches to give.")]


@router.get("/view/pieces", responses={**read_answers("A page of pieces.", PIECES), **_NOT_THERE})
async def read_pieces(
    core: CoreOf,
    reader: ReaderOf,
    version: AtVersion = None,
    since: Since = None,
    step: Step = False,
    cursor: Cursor = None,
    message: AtMessage = None,
    slot: AtSlot = None,
    call: AtCall = None,
    character: AtCharacter = 0,
    last: Last = False,
    limit_characters: Characters = 24_000,
) -> PiecesPage:
    """Read the view in pieces: what each stretch is, which original it shows or stands for, and what a step changed."""
    place = read_cursor(cursor, int, int, int, int, int)
    if sum((place is not None, message is not None, last)) > 1:
        raise InvalidInput("query.cursor, query.message, query.last: expected one of them at most")
    if call is not None and (message is None or slot is not None):
        raise InvalidInput("query.call: expected `message` beside it, and no `slot`")
    number = _same_version(version, place[0]) if place else version
    now = await reader.memory()
    memory = await memory_at(core.sessions, reader.key, number, now)
    before = await _before(core.sessions, reader.key, now, memory.version, since, step=step)
    counter = core.engine.counter
    pieces = Pieces(memory, core.room.sight(counter))

    def page() -> PiecesPage:
        found = _page(
            pieces, place[1:] if place else None, (message, slot, call, character), limit_characters, last=last
        )
        items = [PieceOut.of(shown, pieces, counter, before) for shown in found.shown]
        return PiecesPage(
            items=items,
            next=write_cursor(memory.version, *found.next, 0) if found.next else None,
            previous=write_cursor(memory.version, *found.begin, 1) if found.begin != FIRST else None,
            version=memory.version,
            messages=len(memory.entries),
        )

    return await offload(memory.characters, page)


@router.get("/view/tokens", responses={**read_answers("The tokens.", TOKEN_PARTS), **_NOT_THERE})
async def read_token_parts(core: CoreOf, reader: ReaderOf, version: AtVersion = None) -> TokenPartsOut:
    """Count what the model sees, or saw, by part."""
    memory = await memory_at(core.sessions, reader.key, version, await reader.memory())
    counter = core.engine.counter
    sight = core.room.sight(counter)
    parts = await offload(memory.characters, lambda: token_parts(memory, counter, sight))
    return TokenPartsOut.of(parts, memory.version, core.room, counter)


@router.get("/original", responses={**read_answers("The text.", ORIGINAL), **_NOT_THERE})
async def read_original(
    reader: ReaderOf, message: Message, slot: Slot = 0, start: Start = 0, end: End = None
) -> OriginalOut:
    """Read some original text, at most 100,000 characters: what stands behind a marker, a summary or a rewrite."""
    if end is not None and end < start:
        raise InvalidInput(f"query.end: expected at least start, {start}, got {end}")
    memory = await reader.memory()
    place_of(Pieces(memory), message, slot)
    whole = memory.messages[message].texts[slot]
    if start > len(whole):
        raise InvalidInput(f"query.start: expected at most {len(whole)}, where the text ends, got {start}")
    text = whole[start : min(len(whole) if end is None else end, start + _MOST_CHARACTERS)]
    return OriginalOut(message=message, slot=slot, start=start, end=start + len(text), characters=len(whole), text=text)


@router.get("/search", responses={**read_answers("A page of matches.", HITS), **_NOT_THERE})
async def search_session(
    core: CoreOf,
    reader: ReaderOf,
    query: Wanted,
    how: Way = "exact",
    found_in: InTexts = None,
    version: AtVersion = None,
    limit: Hits = 50,
    cursor: Cursor = None,
) -> HitPage:
    """Search all that a session holds or showed: texts, calls, summaries, rewrites. Models call a tool for it."""
    asked = zlib.crc32(f"{how}\n{found_in}\n{query}".encode())
    place = read_cursor(cursor, int, int, *([int] if how in BY_WORTH else [int] * 3))
    if place is not None and place[1] != asked:
        raise InvalidInput("query.cursor: expected the `next` of a page of this query, got that of another one")
    number = _same_version(version, place[0]) if place else version
    memory = await memory_at(core.sessions, reader.key, number, await reader.memory())
    after = place[2:] if place else None
    past = await core.sessions.past(reader.key, memory, PastOrder(versions=_MOST_SEARCHED))
    sources = Sources(memory, past[:_MOST_SEARCHED])
    found, items = await in_a_thread(lambda: _found(sources, query, how, limit, after, kind=found_in))
    more = write_cursor(memory.version, asked, *found.mark) if found.mark else None
    return HitPage(items=items, next=more, total=found.total, version=memory.version)


async def _before(
    store: MemoryStore, key: SessionKey, now: WorkingMemory, version: int, since: int | None, *, step: bool
) -> WorkingMemory | None:
    """Give the version that pieces are compared with."""
    if since is not None:
        if step or since > version:
            raise InvalidInput(
                f"query.since: expected a version before {version}, and no `step` beside it, got {since}"
            )
        return await memory_at(store, key, since, now)
    if not step or not version:
        return None
    with suppress(UnknownVersion):
        return await memory_at(store, key, version - 1, now)
    return None


def _page(
    pieces: Pieces,
    place: tuple[int, ...] | None,
    at: tuple[int | None, int | None, str | None, int],
    most: int,
    *,
    last: bool,
) -> PiecePage:
    message, slot, call, character = at
    if last:
        return page_before(pieces, None, most)
    if place is not None:
        *numbers, back = place
        return (page_before if back else page_from)(pieces, Place(*numbers), most)
    begin = FIRST if message is None else place_of(pieces, message, slot, character, call=call)
    return page_from(pieces, begin, most)


def _found(
    sources: Sources, query: str, how: How, limit: int, after: Mark | None, *, kind: FoundIn | None
) -> tuple[Found, list[HitOut]]:
    """Search; what the tools say of their argument `queries` is said of the parameter."""
    try:
        found = seek(sources, query, how, limit, after, kind=kind)
    except (InvalidArguments, PatternTooSlow, SearchTooSlow) as exc:
        raise type(exc)(f"query.query: {str(exc).removeprefix('queries: ')}") from exc
    return found, [HitOut.of(sought(sources, span), sources.memory) for span in found.spans]


def _same_version(version: int | None, of_cursor: int) -> int:
    """Give the version of the pages before: the present may be another one by now."""
    if version not in {None, of_cursor}:
        raise InvalidInput(f"query.cursor: expected the `next` of a page of version {version}, got one of {of_cursor}")
    return of_cursor
