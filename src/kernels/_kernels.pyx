# distutils: language = c++
# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, embedsignature=True
"""Compiled kernels of `solvers` and `designs`: one pass over the data, pivoting on a support, descent on groups.

Thin: arrays in, arrays out; what they mean is written in the C++ headers beside this file. One module in
parts: the files that it includes.

Everything that comes from Python is checked here before a pointer to it is taken: types and contiguity
by memoryviews, lengths and positions by `expect`, `within` and `ascending`. Behind this border nothing is checked.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport NAN
from libc.stdint cimport INT32_MAX, int32_t, int64_t, uint8_t, uintptr_t

from declarations cimport *

import threading

import numpy as np

DONE, NEEDS_CAPACITY, STALLED, INTERRUPTED = range(4)
cdef enum: OUT_OF_MEMORY = 4
COUNTERS = ("pivots", "added", "dropped", "refined", "dependent", "fallbacks", "knots", "gradients")
"""What `ActiveSet.solve` counts."""

FIGURES = ("slopes", "cw", "zw", "priced", "squared", "shifts")
"""What `ActiveSet.solve` tells of each point: -dR/dalpha, <c, w>, <z, w>, sum price |w|, sum ridge w^2 / 2
and <mean, w>."""

instruction_set = table_name().decode()
"""Which build of the kernels this processor runs: "avx512", "avx2" or "baseline"."""

def max_threads():
    """Threads that the kernels use: OMP_NUM_THREADS, threadpoolctl and the process's processors decide."""
    return available_threads()


include "calls.pxi"
include "data_matrix.pxi"
include "active_set.pxi"
include "reweighting.pxi"
include "blocks.pxi"
