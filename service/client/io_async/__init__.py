"""The asynchronous client, and what its methods give."""
