"""Diagrams of what can be drawn: a graph, a backward, both side by side, a compiled program."""
