"""The columns of a source, prepared once and read by every subtask."""
