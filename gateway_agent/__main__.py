"""``python -m gateway_agent`` is the command ``gateway-agent``."""

from gateway_agent.commands import app

app(prog_name="gateway-agent")
