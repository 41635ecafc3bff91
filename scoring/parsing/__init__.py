"""From a model's text to what it answers."""
