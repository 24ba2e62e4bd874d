"""Rewrite a program: drop, merge, fuse and transpose calls."""
