"""Training of what ships with the package, and of what users train for themselves."""
