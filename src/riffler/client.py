"""What an app names of the Python client: errors, what happens while an answer comes, and the shapes of replies.

    from riffler.client import Client, Delta, TimedOut

Errors are told apart in `riffler.service.client.errors`; a refusal is also what the service raised (`riffler.errors`).
"""

from __future__ import annotations

from riffler.service.client.errors import ClientError, ConnectionLost, InvalidReply, TimedOut, Unreachable
from riffler.service.client.io_async.answers import AsyncAnswer, AsyncAnswerStream
from riffler.service.client.io_async.client import AsyncClient
from riffler.service.client.io_async.pages import AsyncPages
from riffler.service.client.io_sync.answers import Answer, AnswerStream
from riffler.service.client.io_sync.client import Client
from riffler.service.client.io_sync.pages import Pages
from riffler.service.client.models.answers import Arrived, Delta, Rewrite, Rewriting, Step, TurnTokens
from riffler.service.client.models.base import Message
from riffler.service.client.models.decisions import (
    Decision,
    DecisionPage,
    Draw,
    NewestPage,
    Rewarded,
    RewardRow,
    RewardRows,
    ShownRewrite,
)
from riffler.service.client.models.explanations import Explanation
from riffler.service.client.models.past import (
    ChangedFragment,
    DiffPage,
    HistoryPage,
    Hit,
    HitPage,
    Original,
    TokenParts,
    Version,
)
from riffler.service.client.models.policies import ListedPolicy, PolicyStatus
from riffler.service.client.models.problems import Complaint, Problem
from riffler.service.client.models.service import Alive, Engine, Health
from riffler.service.client.models.sessions import (
    Appended,
    Called,
    Event,
    EventPage,
    Forked,
    Fragment,
    FragmentPage,
    ListedSession,
    MessagePage,
    Session,
    SessionPage,
    Tool,
    ViewedMessage,
    ViewPage,
)
from riffler.service.client.refusing import Refused

Progress = Arrived | Rewriting | Step | Delta | Answer
"""What happens while an answer comes; the answer is the last."""
AsyncProgress = Arrived | Rewriting | Step | Delta | AsyncAnswer
"""The same of an `AsyncClient`."""

__all__ = [
    "Alive",
    "Answer",
    "AnswerStream",
    "Appended",
    "Arrived",
    "AsyncAnswer",
    "AsyncAnswerStream",
    "AsyncClient",
    "AsyncPages",
    "AsyncProgress",
    "Called",
    "ChangedFragment",
    "Client",
    "ClientError",
    "Complaint",
    "ConnectionLost",
    "Decision",
    "DecisionPage",
    "Delta",
    "DiffPage",
    "Draw",
    "Engine",
    "Event",
    "EventPage",
    "Explanation",
    "Forked",
    "Fragment",
    "FragmentPage",
    "Health",
    "HistoryPage",
    "Hit",
    "HitPage",
    "InvalidReply",
    "ListedPolicy",
    "ListedSession",
    "Message",
    "MessagePage",
    "NewestPage",
    "Original",
    "Pages",
    "PolicyStatus",
    "Problem",
    "Progress",
    "Refused",
    "RewardRow",
    "RewardRows",
    "Rewarded",
    "Rewrite",
    "Rewriting",
    "Session",
    "SessionPage",
    "ShownRewrite",
    "Step",
    "TimedOut",
    "TokenParts",
    "Tool",
    "TurnTokens",
    "Unreachable",
    "Version",
    "ViewPage",
    "ViewedMessage",
]
