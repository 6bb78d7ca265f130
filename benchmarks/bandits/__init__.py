"""Policies side by side: ours and peers', on the same rewards. `python -m benchmarks.bandits --help`."""
