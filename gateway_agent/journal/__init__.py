"""The journal on disk: reads, states and events in one SQLite file, with one writer."""
