"""Riffler as a proxy under load: what it adds to a chat completion (`python -m benchmarks.proxy`), and the soak."""
