"""The command line. `main` is what the command `riffler` runs."""

from riffler.service.cli.main import main

__all__ = ["main"]
