"""Sessions in Redis: the embedded server, the connection, and the store with its Lua scripts."""
