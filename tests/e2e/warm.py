"""What commands import and load, for the process that `commands.forked` forks from: it imports this module first."""

from importlib import import_module

from riffler.bandits.pipeline import load_pipeline

for name in (
    "riffler.service.agent.audits",
    "riffler.service.agent.graph",
    "riffler.service.agent.rewriter",
    "riffler.service.agent.turns",
    "riffler.service.app",
    "riffler.service.cli",
    "riffler.service.cli.show",
    "riffler.service.dashboard.pages",
    "riffler.service.http.app",
    "riffler.service.http.reward_schemas",
    "riffler.service.inference.openai",
    "riffler.service.inference.reader",
    "riffler.service.serving",
):
    import_module(name)
load_pipeline(None)
