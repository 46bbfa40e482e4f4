"""The command line: the nouns of `directory` as thin doors, and what starts the processes."""

from idp.cli.main import main

__all__ = ["main"]
