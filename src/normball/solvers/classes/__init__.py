"""Several classes: the multinomial likelihood, its models and its solver."""
