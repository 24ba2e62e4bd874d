"""Numeric derivatives: differences and the complex step, how far they can be trusted, which entries are tried."""
