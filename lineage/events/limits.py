"""Bounds on what a document may ask of the machine that reads it.

Each limit stands beside the attack or accident that it stops.
"""

from __future__ import annotations

#: Nesting of JSON containers or XML elements. The deepest published example has 14; a bomb of brackets has
#: 100,000.
MAX_DEPTH = 64
#: A document that is read whole. Larger ones are read event by event with ``iter_events``.
MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
#: One event in a stream. A pallet of 100,000 items as URIs is about 6 MB.
MAX_EVENT_BYTES = 64 * 1024 * 1024
#: Everything around the events of a streamed document: header, master data, context.
MAX_HEAD_BYTES = 64 * 1024 * 1024
#: Faults reported for one document; a file of garbage would otherwise fill memory with sentences.
MAX_PROBLEMS = 1000
#: Digits to which a number is written out; one with a larger exponent keeps it.
MAX_NUMBER_DIGITS = 400
