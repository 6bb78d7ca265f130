"""Use a way in, fork, use it in the child, and again in the parent: `forking.py WAY FOLDER URL`."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import openai
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

import riffler
from riffler.service.settings import read_settings

_HANGING_S = 60
FOLDER, URL = Path(sys.argv[2]), sys.argv[3]
SETTINGS = read_settings(data_folder=FOLDER, rewriting=False)
NO_KEPT = httpx2.Limits(max_keepalive_connections=0)
"""Connections of the wrapped client's own aren't Riffler's to part."""
ASKED = {"messages": [{"role": "user", "content": "When does the harbour open?"}]}


@contextmanager
def wrapped() -> Iterator[Callable[[], object]]:
    """Give what asks by a wrapped client."""
    own = openai.OpenAI(base_url=URL, api_key="key-1", http_client=httpx2.Client(limits=NO_KEPT))
    with own, riffler.wrap(own, SETTINGS) as client:
        yield lambda: client.chat.completions.create(model="local", **ASKED).choices[0].message.content


@contextmanager
def middleware() -> Iterator[Callable[[], object]]:
    """Give what asks by an agent."""
    model = ChatOpenAI(
        model="local", base_url=URL, api_key=SecretStr("key-1"), http_client=httpx2.Client(limits=NO_KEPT)
    )
    with riffler.RifflerMiddleware(settings=SETTINGS) as between:
        agent = create_agent(model, [], middleware=[between])
        yield lambda: agent.invoke(ASKED)["messages"][-1].content


@contextmanager
def tools() -> Iterator[Callable[[], object]]:
    """Give what calls a tool."""
    with riffler.riffler_tools("harbour", settings=SETTINGS) as given:
        named = {tool.name: tool for tool in given}
        yield lambda: named["find_in_context"].invoke({"queries": ["harbour"]})


@contextmanager
def graph() -> Iterator[Callable[[], object]]:
    """Give what runs a graph."""
    with riffler.agent_graph("quay", settings=SETTINGS) as drawn:
        yield lambda: bool(drawn.invoke(ASKED)["messages"][-1].content)


if __name__ == "__main__":
    with globals()[sys.argv[1]]() as ask:
        first = ask()
        child = os.fork()
        if child:
            assert os.waitpid(child, 0)[1] == 0, "the child failed"
        signal.alarm(_HANGING_S)  # whoever hangs is killed
        assert ask() == first
