"""An agent of LangChain's whose model calls a running `riffler serve` answers, at the address."""

import os

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

import riffler

url, thread = os.environ.get("RIFFLER_URL", "http://127.0.0.1:8000/v1"), {"configurable": {"thread_id": "harbour"}}
with riffler.RifflerMiddleware(base_url=url, timeout_s=120) as middleware:
    model = ChatOpenAI(model="unused", api_key="none")  # the server's model answers in its place
    agent = create_agent(model, middleware=[middleware])
    question = "The harbour opens at six. When does it open?"
    answer = agent.invoke({"messages": [{"role": "user", "content": question}]}, thread)["messages"][-1]
    print(answer.response_metadata["riffler"]["session"], answer.response_metadata["riffler"]["arm"], answer.text)
    print(answer.usage_metadata["total_tokens"], "tokens")
