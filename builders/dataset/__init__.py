"""From options to rows: config, registry, plan, shards, rows, formats, streaming."""
