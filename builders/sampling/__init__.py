"""Who, what, and against what: splits, histories, windows, popularity, negatives."""
