"""The edge agent: reads devices, keeps every read, turns reads into custody events and delivers them."""
