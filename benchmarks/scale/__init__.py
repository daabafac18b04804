"""Capture and the four questions at size: worlds with their truth, over HTTP, beside peers, in one run.

``python -m benchmarks.scale`` from the root of the repository; ``make bench`` calls it.
"""
