"""LangChain's agents: a middleware that runs model calls as turns, the context tools, a graph. Extra `langchain`."""
