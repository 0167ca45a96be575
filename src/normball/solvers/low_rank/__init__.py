"""Algorithms whose unknown is a matrix: robust PCA, completion, and the singular values that both shrink."""
