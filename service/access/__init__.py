"""API keys: made here, kept as hashes in Redis, and known for some seconds by each process."""
