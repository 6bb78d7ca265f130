"""The list of models: the server's own stays, and `riffler` is in it once."""

from typing import Any

import pytest

from riffler.errors import EngineRejected
from riffler.service.integrations.openai_proxy.model_list import listed_models, model_of

OWN = {"id": "riffler", "object": "model", "created": 0, "owned_by": "riffler"}
VLLM = {"id": "Qwen/Qwen3-8B", "object": "model", "owned_by": "vllm", "max_model_len": 40960}


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        (None, {"object": "list", "data": [{**OWN, "id": "local"}, OWN]}),
        ({"object": "list", "data": [VLLM], "x": 1}, {"object": "list", "data": [VLLM, OWN], "x": 1}),
        ({"data": [{"id": "riffler", "owned_by": "vllm"}]}, {"data": [{"id": "riffler", "owned_by": "vllm"}]}),
        ({"data": [5]}, {"data": [5, OWN]}),
        ({"data": {"a": 1}}, {"data": {"a": 1}}),
        ({"models": []}, {"models": []}),
    ],
    ids=["no list", "a list", "named so", "no objects", "no rows", "another shape"],
)
def test_the_servers_list_stays(listed: dict[str, Any] | None, told: dict[str, Any]) -> None:
    """All of the server's fields and rows go out as they came; what isn't OpenAI's shape isn't touched."""
    before = repr(listed)
    assert listed_models(listed, "local") == told
    assert repr(listed) == before


@pytest.mark.parametrize("listed", [{"data": [VLLM, 5]}, {"data": 5}, {}], ids=["rows", "no rows", "nothing"])
def test_a_model_that_is_not_listed_is_refused(listed: dict[str, Any]) -> None:
    """The refusal is 404 by OpenAI's code, whatever the list looks like."""
    with pytest.raises(EngineRejected) as caught:
        model_of(listed, "gpt-9", "openai")
    assert caught.value.refusal is not None
    assert caught.value.refusal.status == 404
    assert "model_not_found" in (caught.value.refusal.body or "")


def test_a_model_is_given_as_it_is_listed() -> None:
    """A name with a slash, as those of the hub, is a name like others."""
    assert model_of({"data": [5, VLLM, OWN]}, "Qwen/Qwen3-8B", "openai") == VLLM
