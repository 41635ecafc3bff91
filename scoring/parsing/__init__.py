"""From a model's text to the answer in it."""
