"""Batches behind the shape of one example: what ``vmap`` runs a function on, and rules for functions of NumPy's."""
