"""The report of a check: its numbers, its words, and a progress bar."""
