"""What is checked: a function, a model or a loss in NumPy, at which points, with which parameters."""
