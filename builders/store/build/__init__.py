"""From raw columns to a finished store."""
