"""The agent: one question's way from arrival to answer, as a LangGraph graph. It sees ports only."""
