"""The server: captures events, answers traces, runs recalls and shows pages."""
