"""Raw reads of devices that cannot build events: kept as they came, made into observations here."""
