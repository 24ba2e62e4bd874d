"""A program as data: calls over numbered values."""
