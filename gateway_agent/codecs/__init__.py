"""Sans-I/O codecs: bytes in, frames or frame errors out; no device, no clock, no thread."""
