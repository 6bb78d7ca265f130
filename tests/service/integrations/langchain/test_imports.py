"""What is imported, and what is said where the extra is missing, or isn't the one that is known."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import riffler.service.integrations.langchain as package

MISSING = """
import sys
import riffler
assert not {"langchain", "langchain_core", "langgraph", "openai"} & set(sys.modules), "heavy"
sys.modules["langchain"] = None
riffler.agent_graph
try:
    riffler.RifflerMiddleware
except ImportError as exc:
    print(exc)
"""
MOVED = """
import sys
import langchain.agents
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from riffler.service.settings import read_settings
sys.modules[sys.argv[1]] = None
import riffler
settings = read_settings(data_folder=sys.argv[2], rewriting=False, tools="none")
with riffler.RifflerMiddleware(settings=settings) as middleware:
    agent = langchain.agents.create_agent(FakeListChatModel(responses=["At six."]), [], middleware=[middleware])
    answer = agent.invoke({"messages": [{"role": "user", "content": "When does the harbour open?"}]})["messages"][-1]
print(answer.content, answer.response_metadata["riffler"]["session"])
"""
ELSEWHERE = """
import sys
sys.modules["langchain.agents.middleware.types"] = None
import riffler
try:
    riffler.RifflerMiddleware
except ImportError as exc:
    print(exc)
"""
FOLDER = Path(str(package.__file__)).parent


def run(program: str, *arguments: str) -> str:
    """Run a program in a process of its own, and give what it prints."""
    told = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_the_extra_is_named() -> None:
    """`import riffler` imports nothing heavy; the graph needs no extra; the middleware says which one it needs."""
    told = run(MISSING)
    assert "langchain is missing" in told
    assert "pip install 'riffler[langchain]'" in told


def test_what_is_there_is_not_called_missing() -> None:
    """Where a version has a part of its elsewhere, that is said, and nobody is sent to install what is installed."""
    told = run(ELSEWHERE)
    assert "langchain.agents.middleware.types" in told
    assert "missing" not in told


@pytest.mark.parametrize("part", ["langgraph.pregel._messages", "langchain_core.tracers._streaming"])
def test_insides_may_move(tmp_path: Path, part: str) -> None:
    """Where LangChain's insides aren't where they were, agents get their answers and sessions all the same."""
    assert "At six. s-" in run(MOVED, part, str(tmp_path / "data"))


def test_insides_are_imported_at_one_place() -> None:
    """Only the module that is imported with care stands on modules which LangChain and LangGraph keep to themselves."""
    inside: dict[str, set[str]] = {}
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module and module.startswith("lang") and any(part.startswith("_") for part in module.split(".")):
                inside.setdefault(path.name, set()).add(module)
    assert inside.keys() == {"holding.py"}
