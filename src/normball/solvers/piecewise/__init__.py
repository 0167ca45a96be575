"""Losses made of straight pieces: vertices where prices are per feature, envelopes where they are not."""
