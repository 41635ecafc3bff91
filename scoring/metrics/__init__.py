"""Metrics, for each subtask and each kind of answer."""
