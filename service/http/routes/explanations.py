"""Explanations: how a query is read, and what each arm would make of it."""

from __future__ import annotations

from fastapi import APIRouter

from riffler.service.agent.before import said_in
from riffler.service.agent.explaining import explain
from riffler.service.http.bodies import JsonRoute
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import CHANGES, answers, documented
from riffler.service.http.examples import EXPLANATION
from riffler.service.http.explanation_schemas import ExplanationOut
from riffler.service.http.incoming import NewExplanation
from riffler.service.ports.memory import SessionKey

router = APIRouter(prefix="/api/v1", tags=["rewrites"], route_class=JsonRoute)


@router.post(
    "/explanations",
    responses={**answers(200, "The explanation.", EXPLANATION), **documented(*CHANGES, 404)},
)
async def explain_query(core: CoreOf, tenant: TenantOf, body: NewExplanation) -> ExplanationOut:
    """Explain how a query may be asked. Nothing is drawn or logged; an engine that words rewrites is asked for each."""
    said = () if body.session is None else said_in(await core.sessions.load(SessionKey(tenant, body.session)))
    explanation = await explain(core.rewriter, core.engine.counter, body.query, (*said, *body.contexts))
    return ExplanationOut.model_validate(explanation)
