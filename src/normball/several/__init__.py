"""Several responses at once: problems whose coefficients are a matrix."""
