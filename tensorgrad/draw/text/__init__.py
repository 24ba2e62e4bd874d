"""What a diagram says: names, formulas, sources of rules, arrays in a few words."""
