"""Devices and subscriptions: one thread each that turns bytes or messages into reads."""
