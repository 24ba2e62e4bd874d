"""The exercises themselves, one file a field: each a NumPy function and the backward to write for it."""
