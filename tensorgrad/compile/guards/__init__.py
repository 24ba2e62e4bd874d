"""Guards: they watch the Python values that a program has frozen, and say whether all are as they were."""
