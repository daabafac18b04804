"""The configuration file: settings as values, and how they are read and checked."""

from gateway_agent.configuration.reading import load, parse
from gateway_agent.configuration.settings import Configuration

__all__ = ["Configuration", "load", "parse"]
