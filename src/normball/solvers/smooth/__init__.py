"""Solvers for regularisers without a corner: Newton's method, matrix-free where H would be large."""
