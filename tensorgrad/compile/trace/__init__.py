"""Trace a function: stand-ins for its arrays write down its NumPy calls and its writes."""
