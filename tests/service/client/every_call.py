"""One call of each operation that the client has, with all that it can send; questions in both of their forms."""

from riffler.service.client.call import Call
from riffler.service.client.calls import asking, decisions, past, service, sessions
from riffler.service.client.models.answers import AnswerFields

MESSAGES = [{"role": "user", "content": "When does the harbour open?"}]
_CHANGE = {"idempotency_key": "mine", "if_match": '"7-1b2c3d4e"'}
_QUERY = ("When does it open?", ["The harbour opens at six."])
_REWARD = {
    "answer": "At six.",
    "references": ["six"],
    "query": "When?",
    "contexts": ["At six."],
    "criterion": "relevance",
}

CALLS: list[Call[object]] = [
    asking.ask(AnswerFields, *_QUERY, without=["reread"]),
    asking.ask(AnswerFields, MESSAGES),
    asking.ask(AnswerFields, *_QUERY, "{session}", without=["reread"], **_CHANGE),
    asking.ask(AnswerFields, MESSAGES, (), "{session}", **_CHANGE),
    asking.rewrite(*_QUERY, without=["reread"]),
    asking.rewrite(*_QUERY, "{session}", without=["reread"]),
    asking.explain(*_QUERY),
    asking.explain(*_QUERY, "{session}"),
    sessions.create_session("pier", MESSAGES),
    sessions.list_sessions(5, "c"),
    sessions.read_session("{session}"),
    sessions.delete_session("{session}", **_CHANGE),
    sessions.append_messages("{session}", MESSAGES, **_CHANGE),
    sessions.fork_session("{session}", 1, "quay"),
    sessions.list_tools(),
    sessions.call_tool("{session}", "{tool}", {"query": "harbour"}, "short", **_CHANGE),
    sessions.read_originals("{session}", 5, "c"),
    sessions.read_view("{session}", 1, 5, "c"),
    sessions.read_fragments("{session}", 5, "c"),
    sessions.read_events("{session}", 5, "c"),
    past.read_history("{session}", 5, "c"),
    past.read_diff("{session}", 1, 2, 5, "c"),
    past.search_session("{session}", "boat", "exact", found_in="call", version=1, limit=5, cursor="c"),
    past.read_original("{session}", 0, 1, 2, 3),
    past.read_token_parts("{session}", 1),
    decisions.list_decisions(5, "c"),
    decisions.read_decision("{decision}"),
    decisions.read_rewrite("{decision}"),
    decisions.explain_decision("{decision}"),
    decisions.reward_decision("{decision}", 0.5, feedback="good", **_REWARD),
    decisions.reward_decision("{decision}", 0.5, feedback="good", correct=True, **_REWARD),
    decisions.reward_decisions([{"decision": "d6b3c1f0a9e2d4b7c8a1f0011", "reward": 0.5}]),
    decisions.list_policies(),
    decisions.read_policy("{digest}", 5, 1, 2, "negation", present=False),
    decisions.list_decisions_of_policy("{digest}", "none", "open", 5, "c"),
    service.list_engines(),
    service.livez(),
    service.readyz(),
]

LEFT_OUT = {
    "complete_chat": "OpenAI's API, which OpenAI's own client speaks",
    "list_models": "the same",
    "read_model": "the same",
    "export_log": "a file for an engineer: `riffler bandit export` writes it",
    "import_log": "the same, read",
    "export_tenant": "a file for an operator: `riffler export` writes it, and over HTTP any client of HTTP",
    "import_tenant": "the same, read: `riffler import`",
    "delete_tenant": "for whoever runs the service: `riffler tenants delete` does it",
    "create_key": "for whoever runs the service: `riffler keys` does it",
    "list_keys": "the same",
    "rotate_key": "the same",
    "revoke_key": "the same",
    "listen": "a page's: it hears of changes of the whole service",
    "metrics": "a scraper's, in Prometheus' format",
    "read_arms": "a report for people: `riffler bandit` and the dashboard show it",
    "read_costs": "a report for people, as that",
    "read_health": "a report for people, as that; an app asks `ready`",
    "read_pieces": "the dashboard's way of drawing a view; an app reads `view`",
    "read_regret": "a report for people, as that",
    "read_value": "a report for people, as that",
    "list_turns": "a report for people, as that",
}
"""Operations that no app of a user asks for, each with the reason."""
