"""The turn log in Redis."""
