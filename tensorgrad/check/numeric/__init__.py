"""Numeric derivatives: differences, the complex step, their errors, and the entries that are measured."""
