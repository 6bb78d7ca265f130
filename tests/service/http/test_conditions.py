"""`If-Match` and `If-None-Match`: a change of what was seen alone, and a read of what is new alone."""

import asyncio

import httpx
import pytest

READS = ["", "/messages", "/view", "/fragments", "/events", "/history"]
BODY = {"messages": [{"role": "user", "content": "The boat is blue."}]}


@pytest.fixture
async def path(client: httpx.AsyncClient) -> str:
    """A session of version 1."""
    made = await client.post("/api/v1/sessions", json=BODY)
    assert made.status_code == 201
    path: str = made.headers["location"]
    return path


@pytest.mark.parametrize("part", READS)
async def test_each_read_of_a_session_is_conditional(client: httpx.AsyncClient, path: str, part: str) -> None:
    """It gives the session's tag; who has that gets an empty 304 with it, until the session changes."""
    whole = await client.get(path + part)
    tag = whole.headers["etag"]
    assert whole.status_code == 200
    for known in (tag, f"W/{tag}", f'"other", {tag}', f'W/"a",{tag} , "b"', "*"):
        same = await client.get(path + part, headers={"if-none-match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag), known
    for other in ('"other"', 'W/"99", "98"', '""', tag.strip('"'), "x", ""):
        assert (await client.get(path + part, headers={"if-none-match": other})).status_code == 200
    await client.post(f"{path}/messages", json=BODY)
    later = await client.get(path + part, headers={"if-none-match": tag})
    assert later.status_code == 200
    assert later.headers["etag"] != tag


@pytest.mark.parametrize("part", READS)
async def test_each_read_says_so_in_the_description(client: httpx.AsyncClient, part: str) -> None:
    """A client that is generated from the description knows the header, the 304 and its tag."""
    described = (await client.get("/openapi.json")).json()["paths"]["/api/v1/sessions/{session}" + part]["get"]
    header = next(each for each in described["parameters"] if each["name"] == "if-none-match")
    assert (header["in"], header["required"], header["schema"]["type"]) == ("header", False, "string")
    for status in ("200", "304"):
        assert "ETag" in described["responses"][status]["headers"]


@pytest.mark.parametrize("part", READS[1:])
async def test_a_wrong_request_is_told_to_who_has_all(client: httpx.AsyncClient, path: str, part: str) -> None:
    """A limit or cursor that can't be taken is refused whatever the headers say; and so is a body."""
    for query in ({"limit": "0"}, {"cursor": "x"}):
        response = await client.get(path + part, params=query, headers={"if-none-match": "*"})
        assert response.status_code == 422
    response = await client.post(f"{path}/messages", json={}, headers={"if-match": 'W/"1"'})
    assert response.status_code == 422


@pytest.mark.parametrize("part", READS)
async def test_who_has_something_of_an_unknown_session_has_nothing(client: httpx.AsyncClient, part: str) -> None:
    """No tag, nor `*`, hides that there is no session."""
    response = await client.get(f"/api/v1/sessions/nobody{part}", headers={"if-none-match": "*"})
    assert response.status_code == 404


async def test_a_change_names_one_tag_or_several(client: httpx.AsyncClient, path: str) -> None:
    """A list matches when the session's tag is in it; a weak tag and a foreign one never match (412)."""
    tag = (await client.get(path)).headers["etag"]
    for refused in (f"W/{tag}", '"seven"', '"98", "99"', f'W/{tag}, "other"', '""'):
        for change in (
            client.post(f"{path}/messages", json=BODY, headers={"if-match": refused}),
            client.post(f"{path}/ask", json={"question": "Where?"}, headers={"if-match": refused}),
            client.delete(path, headers={"if-match": refused}),
        ):
            response = await change
            assert (response.status_code, response.json()["title"]) == (412, "Version conflict"), refused
    for taken in ('"98", TAG', 'TAG,W/"1"', "*"):
        headers = {"if-match": taken.replace("TAG", tag)}
        added = await client.post(f"{path}/messages", json=BODY, headers=headers)
        assert added.status_code == 200, added.text
        tag = added.headers["etag"]
    deleted = await client.delete(path, headers={"if-match": f'{tag}, "98"', "idempotency-key": "once"})
    assert deleted.status_code == 204
    again = await client.delete(path, headers={"if-match": f'{tag}, "98"', "idempotency-key": "once"})
    assert again.status_code == 204


async def test_of_changes_for_a_list_one_wins(client: httpx.AsyncClient, path: str) -> None:
    """A list is no way round the check: of eight changes for the version that is there, one is made."""
    tag = (await client.get(path)).headers["etag"]
    headers = {"if-match": f'"98", {tag}'}
    sent = [client.post(f"{path}/messages", json=BODY, headers=headers) for _ in range(8)]
    statuses = sorted(response.status_code for response in await asyncio.gather(*sent))
    assert statuses == [200, *[412] * 7]


async def test_a_list_of_tags_may_stand_on_several_lines(client: httpx.AsyncClient, path: str) -> None:
    """Two headers are one list: the change is made when any of them is what is there."""
    for place in (0, 1):
        tags = ['"3-00000000"', '"4-00000000"']
        tags[place] = (await client.get(path)).headers["etag"]
        done = await client.post(f"{path}/messages", json=BODY, headers=[("if-match", each) for each in tags])
        assert done.status_code == 200
