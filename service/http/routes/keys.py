"""API keys of the caller's tenant: made, listed, put in the place of one, ended."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from riffler.service.access.making import make_key
from riffler.service.http.bodies import JsonRoute
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import CHANGES, READS, answers, documented
from riffler.service.http.groups import group
from riffler.service.http.key_schemas import KEY, KEYS, MADE, KeyOut, KeysOut, MadeKeyOut, NewKey, Rotation
from riffler.service.ports.access import SCOPES, KeyRecord

router = group("/api/v1/keys", "keys", JsonRoute)
KeyPath = Annotated[str, Path(max_length=100, description="The key's id, as the list has it.", examples=[KEY["id"]])]


@router.get("", responses={**answers(200, "The keys.", KEYS), **documented(*READS)})
async def list_keys(core: CoreOf, tenant: TenantOf) -> KeysOut:
    """List the keys, the newest first, with what they may do. Their texts aren't kept."""
    return KeysOut(items=[KeyOut.of(record) for record in await core.keys.listed(tenant)])


@router.post(
    "",
    status_code=201,
    responses={**answers(201, "The key, told this once.", MADE), **documented(*CHANGES, 507)},
)
async def create_key(core: CoreOf, tenant: TenantOf, body: NewKey) -> MadeKeyOut:
    """Make a key. Where its text is lost on the way nobody can tell it again: revoke it, and make another."""
    made = make_key()
    record = KeyRecord(made.id, tenant, tuple(scope for scope in SCOPES if scope in body.scopes), body.label)
    kept = await core.keys.add(made.digest, record, body.lifetime_s)
    core.ring.forget()
    return MadeKeyOut.made(kept, made.text)


@router.post(
    "/{key}/rotate",
    status_code=201,
    responses={
        **answers(201, "The new key, told this once.", MADE),
        **documented(*CHANGES, 404, 507, unknown="key"),
    },
)
async def rotate_key(core: CoreOf, tenant: TenantOf, key: KeyPath, body: Rotation) -> MadeKeyOut:
    """Make a key in the place of one: good for the same, and valid for as long from now on. The old one ends."""
    made = make_key()
    kept = await core.keys.rotate(tenant, key, (made.digest, made.id), body.grace_s)
    core.ring.forget()
    return MadeKeyOut.made(kept, made.text)


@router.delete(
    "/{key}",
    status_code=204,
    response_description="It is gone; other processes refuse it within two seconds.",
    responses=documented(*READS, 404, 507, unknown="key"),
)
async def revoke_key(core: CoreOf, tenant: TenantOf, key: KeyPath) -> None:
    """End a key, and forget it. It can't be undone, and also ends the key that asks for it, if that is the one."""
    await core.keys.revoke(tenant, key)
    core.ring.forget()
