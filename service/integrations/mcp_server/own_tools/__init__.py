"""The tools of the server's own, one a file, in the order in which a host lists them.

Names are the field's: `add_messages` and `add_text` as LangChain's histories and stores add, `rewrite_query` as papers
on retrieval call it, and the same words as Riffler's API (`view`, `rewrite`, `explain`, `reward`), so that who knows
one knows the other. Each begins with a verb, as the context tools do.
"""

from __future__ import annotations

from typing import Any

from riffler.service.integrations.mcp_server.own_tool import OwnTool
from riffler.service.integrations.mcp_server.own_tools.add_messages import ADD_MESSAGES
from riffler.service.integrations.mcp_server.own_tools.add_text import ADD_TEXT
from riffler.service.integrations.mcp_server.own_tools.explain_query import EXPLAIN_QUERY
from riffler.service.integrations.mcp_server.own_tools.reward_decision import REWARD_DECISION
from riffler.service.integrations.mcp_server.own_tools.rewrite_query import REWRITE_QUERY
from riffler.service.integrations.mcp_server.own_tools.view_context import VIEW_CONTEXT

OWN_TOOLS: tuple[OwnTool[Any], ...] = (
    ADD_TEXT,
    ADD_MESSAGES,
    VIEW_CONTEXT,
    REWRITE_QUERY,
    EXPLAIN_QUERY,
    REWARD_DECISION,
)
