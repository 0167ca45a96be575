"""The two ends of a path: nothing is penalised (alpha = 0), and everything is zero (alpha_max)."""
