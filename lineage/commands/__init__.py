"""The ``lineage`` command. One module a group of commands, loaded when one of them is asked for.

Start-up must stay short (a shell loop calls this a thousand times) and a command whose package cannot be
loaded must not take the others with it: so the modules are imported by name, on use, from ``COMMANDS``.
"""

from lineage.commands.app import app

__all__ = ["app"]
