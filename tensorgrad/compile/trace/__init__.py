"""Trace a function: what stands in for its arrays, and how NumPy calls and writes are written down."""
