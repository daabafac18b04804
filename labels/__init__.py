"""Serials and the carriers they are printed on: symbols, sheets, printer files, tag memory."""
