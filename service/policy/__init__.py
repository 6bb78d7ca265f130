"""Decisions and posteriors in Redis."""
