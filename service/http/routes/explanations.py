"""Explanations: how a query is read, and what each arm would make of it."""

from __future__ import annotations

from riffler.service.agent.before import said_in
from riffler.service.agent.explaining import explain
from riffler.service.http.bodies import JsonRoute
from riffler.service.http.core import Core, CoreOf, TenantOf
from riffler.service.http.described import CHANGES, answers, documented
from riffler.service.http.examples import EXPLANATION
from riffler.service.http.explanation_schemas import ExplanationOut
from riffler.service.http.groups import group
from riffler.service.http.incoming import NewExplanation
from riffler.service.http.reading import SessionPath
from riffler.service.ports.memory import SessionKey

router = group("/api/v1", "rewrites", JsonRoute)


_ANSWERS = answers(200, "The explanation.", EXPLANATION)


@router.post("/explanations", responses={**_ANSWERS, **documented(*CHANGES)})
async def explain_query(core: CoreOf, tenant: TenantOf, body: NewExplanation) -> ExplanationOut:
    """Explain how a query may be asked. Nothing is drawn or logged; an engine that words rewrites is asked for each."""
    return await _explained(core, tenant, body, ())


@router.post("/sessions/{session}/explanations", responses={**_ANSWERS, **documented(*CHANGES, 404)})
async def explain_query_in_session(
    core: CoreOf, tenant: TenantOf, session: SessionPath, body: NewExplanation
) -> ExplanationOut:
    """Explain how a query may be asked in a session: its conversation comes before the texts. Nothing is changed."""
    said = said_in(await core.sessions.load(SessionKey(tenant, session)))
    return await _explained(core, tenant, body, said)


async def _explained(core: Core, tenant: str, body: NewExplanation, said: tuple[str, ...]) -> ExplanationOut:
    explanation = await explain(core.rewriter, core.engine.counter, body.query, (*said, *body.contexts), tenant)
    return ExplanationOut.model_validate(explanation)
