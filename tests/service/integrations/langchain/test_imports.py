"""What is imported, and what is said where the extra is missing."""

import subprocess
import sys

PROGRAM = """
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


def test_the_extra_is_named() -> None:
    """`import riffler` imports nothing heavy; the graph needs no extra; the middleware says which one it needs."""
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert "pip install 'riffler[langchain]'" in told.stdout
