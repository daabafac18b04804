"""The command ``trace-api``."""

from trace_api.commands.app import app

__all__ = ["app"]
