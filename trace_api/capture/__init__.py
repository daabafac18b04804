"""Capture: from the bytes of an EPCIS document to events and facts in the database, in one transaction."""
