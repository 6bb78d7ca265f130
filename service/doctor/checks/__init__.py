"""One check a file, each a `Check` with its deadline."""
