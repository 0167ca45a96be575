# cython: language_level=3
"""What the C++ headers declare, as Cython reads it: see kernels.hpp for the meaning of every field."""

from libc.stdint cimport int32_t, int64_t, uint8_t

cdef extern from "kernels.hpp" namespace "normball" nogil:
    cdef struct Caller:
        int (*poll)(Caller&) noexcept nogil
        int has_failed
        void *call
    cdef struct Matrix:
        int storage, is_single, has_long_index
        int64_t n, p, step
        const void *values
        const void *indices
        const void *indptr
    cdef struct Scan:
        const double *U
        int64_t K, width
        const double *alphas
        const double *inverse_price
        const uint8_t *skip
        int one_sided
        double slack
        int64_t early, late
        int32_t *first
        double *largest
        double *at_early
        double *at_late
    cdef struct RiskSets:
        int64_t n_at_risk, n_groups
        int is_efron
        const int64_t *order
        const double *weight
        const int64_t *starts
        const int64_t *counts
        const double *masses
    cdef struct Model:
        int space
        int64_t n, m, step
        const double *dense
        const double *data
        const int32_t *indices
        const int64_t *indptr
        const double *gram
        const double *b
        const double *h
        const double *mean
        const double *c
        const double *price
        const double *ridge
        int one_sided
        double pivot_tolerance
        const double *metric_h
        const double *metric_mean
        double precision
    cdef struct Support:
        double *inverse
        int64_t capacity
        int64_t *members
        double *sign
        int64_t *position
        int64_t size
    cdef enum:
        N_COUNTERS
        N_FIGURES
    cdef struct Batch:
        const int64_t *candidates
        int64_t n_candidates
        const double *alphas
        int64_t K
        double alpha_before
        const double *start
        int64_t *sizes
        int64_t *members
        double *weights
        double *U
        double *figures
        int64_t counters[N_COUNTERS]
        int64_t done
        Caller *caller
    cdef struct Descent:
        const double *gram
        int64_t step, size, n_groups, n_outputs
        const int64_t *starts
        const double *values
        const double *price
        double alpha, precision
        int64_t most
        double *w
        double *r
    cdef struct Split:
        int is_single
        int64_t n
        const void *M
        const void *L
        const void *b
        const void *h
        const uint8_t *observed
        void *Z
        void *mean
        double ratio, shrink, bound, relaxation, weight
    cdef struct LossTerm:
        int kind
        double parameter
        int64_t n
        const double *y
        const double *sample_weight
        RiskSets sets
        double (*evaluate)(Caller&, const double*, double*, double*, double*) noexcept nogil
        double (*slack)(Caller&, const double*, const double*) noexcept nogil
        Caller *caller
    cdef struct GapRounding:
        int64_t n
        const double *resolution
    cdef struct SparsePoint:
        int64_t size
        const int64_t *slots
        const double *weights
        double intercept
    cdef struct Reweighted:
        LossTerm loss
        int fits_intercept
        double scale, tolerance
        const int64_t *candidates
        int64_t n_candidates
        const int64_t *free_slots
        int64_t n_free
        const double *inverse_price
        const double *alphas
        int64_t K
        double alpha_before
        SparsePoint now, earlier
        double alpha_earlier
        double caution, slope
        int is_worn
        double *metric
        double *mean
        double *metric_mean
        int64_t *metric_age
        int64_t age
        int64_t *sizes
        int64_t *members
        double *weights
        double *intercepts
        double *losses
        double *norms
        double *slopes
        int64_t done
        int64_t counters[N_COUNTERS]
        Caller *caller
    int scan(const Matrix&, const Scan&, int64_t, int64_t) noexcept
    int products(const Matrix&, const double*, int64_t, int64_t, double*, int64_t, int64_t) noexcept
    int solve(const Model&, Support&, Batch&) noexcept
    int retarget(const Model&, Support&, double, const int64_t*, const double*, int64_t) noexcept
    int inner_products(const Model&, const int64_t*, int64_t, const double*, int64_t, double*) noexcept
    int combination(const Model&, const int64_t*, const double*, int64_t, double*) noexcept
    int descend(const Descent&, int64_t*) noexcept
    int split(const Split&, int64_t) noexcept
    int reweigh(const Model&, Support&, Reweighted&) noexcept
    int evaluate(const LossTerm&, const double*, double*, double*, double*, double*) noexcept
    int slack(const LossTerm&, const double*, const double*, double*) noexcept
    int find_dual(const LossTerm&, const double*, int, int, double*, double*, double*) noexcept
    int rounding_of_gap(const GapRounding&, const double*, const double*, const double*, double, double,
                        double*) noexcept
    const char *table_name()

cdef extern from "threads.hpp" namespace "normball" nogil:
    int available_threads()
