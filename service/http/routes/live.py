"""What changes, told as it happens: server-sent events, one connection a page."""

from __future__ import annotations

from starlette.responses import Response

from riffler.service.http.accept import EVENTS
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import READS, Described, documented
from riffler.service.http.groups import group
from riffler.service.http.live import LiveStream
from riffler.service.http.service_examples import LIVE

router = group("/api/v1/live", "service")
_STREAM: Described = {
    200: {
        "description": "Events without an end. First comes `listening`: from then on nothing is missed, and what was "
        "read before may be old. Then `turns` (a record of the turn log), `decisions` (a policy's counts), "
        "`sessions` (a session's new version) and `health` (what `/readyz` says, at the beginning too). They come at "
        "most a second late, whichever process makes them, and none of those before it. `alive` comes after each 15 s "
        "without another. There may be 16 listeners of a tenant, and 64 in all, in a process; one more gets 503. Who "
        "is cut off listens again, and reads anew.",
        "content": {
            EVENTS: {
                "schema": {"type": "string"},
                "itemSchema": {"$ref": "#/components/schemas/LiveEvent"},
                "example": LIVE,
            }
        },
    }
}


@router.get("", response_class=Response, responses={**_STREAM, **documented(*READS)})
async def listen(core: CoreOf, tenant: TenantOf) -> Response:
    """Listen for changes: turns, decisions, sessions and the service's health, as they happen."""
    core.live.require_room(tenant)
    return LiveStream(core.live, tenant)
