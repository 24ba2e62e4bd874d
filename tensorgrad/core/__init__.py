"""The machinery that records computations; it knows no derivative."""
