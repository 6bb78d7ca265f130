"""The proxy behind an OpenAI client of the same process: no server, and the client's own types, retries and errors."""
