"""Traces over the database: the source of neighbours, and the questions of ``/trace/v1``."""
