"""Electronic Product Codes (Tag Data Standard): URIs, tag memory, patterns."""
