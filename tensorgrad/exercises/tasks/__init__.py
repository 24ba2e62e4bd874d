"""The exercises, a file for each field: a NumPy function, and the backward to write for it."""
