"""Paths whose features enter in groups, or whose responses share their features."""
