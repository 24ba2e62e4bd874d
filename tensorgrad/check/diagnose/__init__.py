"""Find why a gradient is wrong: in an op's rule, at a kink, in single samples."""
