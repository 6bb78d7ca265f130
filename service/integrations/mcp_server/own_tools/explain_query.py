"""`explain_query`: why a query is asked as it is. Nothing is drawn, and nothing is logged."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.service.agent.before import said_in
from riffler.service.agent.explaining import explain
from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.hints import READS
from riffler.service.integrations.mcp_server.own_tool import OwnTool, Said
from riffler.tools.tool import Arguments


class ExplainQuery(Arguments):
    """Arguments of `explain_query`."""

    query: Annotated[str, Field(pattern=r"\S", description="The query as its user put it.")]


async def _run(desk: Desk, arguments: ExplainQuery) -> Said:
    parts = desk.parts
    before = said_in(await desk.memory())
    rewriter = await parts.rewriter()
    told = await explain(rewriter, parts.room.engine.counter, arguments.query, before, parts.tenant)
    return Said.of(
        {
            "query": told.query,
            "features": {each.name: {"value": each.value, "words": each.words} for each in told.features if each.value},
            "arms": [
                {
                    "arm": each.arm,
                    "propensity": each.propensity,
                    "text": each.text,
                    "reason": each.reason or each.idle,
                }
                for each in told.arms
            ],
        }
    )


EXPLAIN_QUERY = OwnTool(
    name="explain_query",
    description=(
        "Show how a query could be asked: the features found in it with their words, and what each way of asking (arm) "
        "would make of it, how likely it is chosen, and why not."
    ),
    arguments=ExplainQuery,
    hints=READS,
    run=_run,
)
