"""Warnings of the package."""


class ConvergenceWarning(UserWarning):
    """A solve ended above its tolerance; the message gives gap, tolerance and what to try."""
