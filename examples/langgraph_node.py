"""Riffler's own agent as a node of a graph: the model of the settings answers from the thread's session."""

import os

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

import riffler

thread = {"configurable": {"thread_id": os.environ.get("THREAD", "harbour")}}
with riffler.agent_graph() as agent:
    graph = StateGraph(MessagesState).add_node("riffler", agent).add_edge(START, "riffler")
    app = graph.compile(checkpointer=InMemorySaver())
    known = "The harbour opens at six. The bakery opens at seven. "
    for question in (known + "When does the harbour open?", "When does the bakery open?"):
        state = app.invoke({"messages": [{"role": "user", "content": question}]}, thread)
        print(state["messages"][-1].text.replace("\n", " "))
