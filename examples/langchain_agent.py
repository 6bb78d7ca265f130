"""An agent of LangChain's with Riffler between it and its model: one session for each thread."""

import os

from langchain.agents import create_agent
from langgraph.checkpoint.memory import InMemorySaver

import riffler

thread = {"configurable": {"thread_id": os.environ.get("THREAD", "harbour")}}
with riffler.RifflerMiddleware() as middleware:
    agent = create_agent("openai:local", middleware=[middleware], checkpointer=InMemorySaver())
    for question in ("The harbour opens at six. When does it open?", "And when does the bakery open?"):
        state = agent.invoke({"messages": [{"role": "user", "content": question}]}, thread)
        answer = state["messages"][-1]
        print(answer.response_metadata["riffler"]["session"], answer.response_metadata["riffler"]["arm"], answer.text)
