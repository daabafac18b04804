"""Responsibility: master data as the engine asks for it, and the custody chain over HTTP."""

from trace_api.responsibility.directory import MasterDirectory

__all__ = ["MasterDirectory"]
