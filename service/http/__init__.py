"""Riffler over HTTP: routes, schemas, limits and errors. It knows HTTP; nothing below it does."""
