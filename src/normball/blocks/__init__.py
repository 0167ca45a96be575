"""Rows that are not in memory: storages that are read in blocks, and sums over their rows."""
