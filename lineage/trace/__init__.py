"""Traces: where a thing came from, where it went, who answers for it, and what does not add up."""
