"""The synchronous client, and what its methods give."""

# Made of io_async/__init__.py by `python -m riffler.service.client.twin`.
