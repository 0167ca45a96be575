"""
The ball of each norm
=====================

A ball holds all weights of norm at most one. Where it has a corner or an edge, coefficients are
zero, or equal; where it is round, none is.
"""

import normball as nb

nb.plot_balls()
