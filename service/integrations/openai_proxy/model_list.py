"""The models that a client of OpenAI's API can ask for: those of the model's server, and `riffler`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from riffler.errors import EngineRejected, Refusal
from riffler.service.integrations.openai_proxy.asked import ALIAS


def listed_models(listed: Mapping[str, Any] | None, model: str) -> Mapping[str, Any]:
    """Write the list that a client chooses from.

    Args:
        listed: The list of the model's server as it came; None where it has none.
        model: The model of the settings.

    Returns:
        The server's list, else one of the one model; with the name `riffler` at its end, so that it can be chosen where
        a client takes nothing but what is listed. A list of another shape than OpenAI's stays as it is.
    """
    listed = {"object": "list", "data": [_row(model)]} if listed is None else listed
    rows = listed.get("data")
    if not isinstance(rows, list) or any(isinstance(row, dict) and row.get("id") == ALIAS for row in rows):
        return listed
    return {**listed, "data": [*rows, _row(ALIAS)]}


def model_of(listed: Mapping[str, Any], name: str, engine: str) -> Mapping[str, Any]:
    """Find a model in a list.

    Args:
        listed: The list.
        name: The model's name.
        engine: The engine's name, for the log.

    Returns:
        The model's row, as it is listed.

    Raises:
        EngineRejected: There is no model of this name; the refusal is worded as OpenAI does.
    """
    rows = listed.get("data")
    found = [row for row in rows if isinstance(row, dict) and row.get("id") == name] if isinstance(rows, list) else []
    if not found:
        message = f"The model {name!r} does not exist here; GET /v1/models lists those that do."
        refused = unknown_model(message, engine)
        raise refused
    return found[0]


def unknown_model(message: str, engine: str) -> EngineRejected:
    """Word that there is no such model.

    Args:
        message: What the client is told.
        engine: The engine's name, for the log.

    Returns:
        The error, with the refusal that OpenAI's server would give.
    """
    error = {"message": message, "type": "invalid_request_error", "param": "model", "code": "model_not_found"}
    refused = EngineRejected(f"engine {engine}: has no model of this name")
    refused.refusal = Refusal(404, json.dumps({"error": error}))
    return refused


def _row(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "riffler"}
