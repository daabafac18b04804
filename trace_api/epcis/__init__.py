"""The EPCIS 2.0 REST binding under ``/epcis/v2``."""
