"""Policies: one algorithm a file, its paper first."""
