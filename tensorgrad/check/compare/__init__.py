"""Compare gradients with numbers: which entries differ, by more than rounding explains."""
