"""The columns of a source, prepared once and shared by every subtask."""
