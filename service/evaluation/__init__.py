"""Texts with known answers, from seeded generators of our own."""
