"""OpenAI's chat API on sessions: a client that speaks it gets Riffler's turns in place of a model's answers."""
