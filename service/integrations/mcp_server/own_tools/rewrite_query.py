"""`rewrite_query`: choose how a query is asked, by what was learned, before the host asks its own model."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.errors import InvalidInput
from riffler.service.agent.before import said_in
from riffler.service.agent.rewrites import rewrite_alone
from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.hints import CHANGES
from riffler.service.integrations.mcp_server.own_tool import OwnTool, Said
from riffler.tools.tool import Arguments


class RewriteQuery(Arguments):
    """Arguments of `rewrite_query`."""

    query: Annotated[str, Field(pattern=r"\S", description="The query as its user put it.")]
    without: Annotated[tuple[str, ...], Field(max_length=100, description="Ways of asking (arms) not to be used.")] = ()


async def _run(desk: Desk, arguments: RewriteQuery) -> Said:
    parts = desk.parts
    rewriter = await parts.rewriter()
    if rewriter is None:
        raise InvalidInput("rewriting: expected true to rewrite queries, got false (RIFFLER_REWRITING)")
    memory = await desk.memory()
    rewriting, text = await rewrite_alone(
        rewriter,
        parts.room.engine.counter,
        parts.tenant,
        arguments.query,
        session=desk.key.session if desk.begun else "",
        life=memory.life,
        before=said_in(memory),
        without=arguments.without,
    )
    return Said.of(
        {
            "text": text,
            "decision": rewriting.decision or None,
            "arm": rewriting.arm,
            "propensity": rewriting.propensity,
            "executed": rewriting.executed,
            "note": rewriting.note,
        }
    )


REWRITE_QUERY = OwnTool(
    name="rewrite_query",
    description=(
        "Choose the wording of a query that gets the best answers, by what rewards have taught. Ask `text` in place of "
        "the query, and give `decision` to reward_decision when you know how good the answer was."
    ),
    arguments=RewriteQuery,
    hints=CHANGES,
    run=_run,
)
