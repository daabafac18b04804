"""Simulated readers, scanners and sensors, and the lines they hang on."""
