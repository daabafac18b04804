"""The command ``trace-labels``."""

from labels.commands.app import app

__all__ = ["app"]
