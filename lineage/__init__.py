"""The domain of traceability: identifiers, EPCIS events, facts, traces and who answers for what."""
