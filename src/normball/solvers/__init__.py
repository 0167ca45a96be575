"""Algorithms over (loss, norm, design), and the certificates that prove their answers."""
