"""What a check reports: the numbers, the words, and how far it has come."""
