"""Simplify a diagram: fold layers and repeats, drop what need not be seen, label the edges."""
