"""Why a gradient is wrong: which op's rule, which kink, which sample."""
