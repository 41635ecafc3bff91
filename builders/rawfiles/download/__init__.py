"""Downloads: resumed, mirrored, verified."""
