"""Sources that are described in YAML (or found as RecBole's atomic files), not coded."""
