"""Guards: what a program has frozen of the Python around it, and whether all of it is as it was."""
