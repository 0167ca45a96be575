"""What solves any loss with any norm: proximal Newton, Newton on a face, and searches for an alpha."""
