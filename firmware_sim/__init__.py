"""Simulated devices and whole supply chains with a ledger of what really happened."""
