"""What is checked: a function, a model or a loss in NumPy, and the points to perturb."""
