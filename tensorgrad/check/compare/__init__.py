"""Compare gradients with numeric derivatives: which entries differ by more than rounding explains."""
