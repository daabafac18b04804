"""Stations: the pure derivation from journalled reads to EPCIS events."""
