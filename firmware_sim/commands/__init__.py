"""The `firmware-sim` command."""

from firmware_sim.commands import demo as demo
from firmware_sim.commands import devices as devices
from firmware_sim.commands import worlds as worlds
from firmware_sim.commands.app import app

__all__ = ["app"]
