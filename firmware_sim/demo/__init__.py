"""The demonstration: every part of the system as a process, and four stories played through devices."""
