"""Whole paths: batches of alphas on candidate features, each point certified over all features."""
