# distutils: language = c++
# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, embedsignature=True
"""Compiled kernels of `solvers` and `designs`: one pass over the data, pivoting on a support, descent on groups.

Thin: arrays in, arrays out; what they mean is written in the C++ headers beside this file.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport NAN
from libc.stdint cimport int32_t, int64_t, uint8_t, uintptr_t

import numpy as np

cdef extern from "kernels.hpp" namespace "normball" nogil:
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
    cdef struct Model:
        int space
        int64_t n, m, step
        const double *dense
        const double *data
        const int32_t *indices
        const int32_t *indptr
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
        int (*poll)() noexcept nogil
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
        double (*evaluate)(void*, const double*, double*, double*, double*) noexcept nogil
        double (*conjugate)(void*, const double*) noexcept nogil
        void *context
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
        double *directions
        double *intercepts
        double *losses
        double *norms
        double *largest
        double *slopes
        int64_t done
        int64_t counters[N_COUNTERS]
        int (*poll)() noexcept nogil
    cdef struct Table:
        void (*scan)(const Matrix&, const Scan&, int64_t, int64_t) noexcept nogil
        void (*products)(const Matrix&, const double*, int64_t, int64_t, double*, int64_t, int64_t) noexcept nogil
        int (*solve)(const Model&, Support&, Batch&) except + nogil
        int (*retarget)(const Model&, Support&, double, const int64_t*, const double*, int64_t) except + nogil
        void (*inner_products)(const Model&, const int64_t*, int64_t, const double*, int64_t, double*) except + nogil
        void (*combination)(const Model&, const int64_t*, const double*, int64_t, double*) except + nogil
        int64_t (*descend)(const Descent&) except + nogil
        void (*split)(const Split&, int64_t) noexcept nogil
        int (*reweigh)(const Model&, Support&, Reweighted&) except + nogil
        double (*evaluate)(const LossTerm&, const double*, double*, double*, double*) except + nogil
        double (*conjugate)(const LossTerm&, const double*) except + nogil
    const Table *best_table()
    const char *table_name()

cdef extern from "threads.hpp" namespace "normball" nogil:
    int available_threads()

cdef const Table *table = best_table()
cdef object pending = None

DONE, NEEDS_CAPACITY, STALLED, INTERRUPTED = range(4)
COUNTERS = ("pivots", "added", "dropped", "refined", "dependent", "fallbacks", "knots", "gradients")
"""What `ActiveSet.solve` counts."""

FIGURES = ("largest", "slopes", "cw", "zw", "unmet", "priced", "squared", "crossed", "shifts")
"""What `ActiveSet.solve` tells of each point: largest |z_j - alpha ridge_j w_j| / price_j over the
candidates, -dR/dalpha, <c, w>, <z, w>, largest |z_j| of unpenalised candidates, sum price |w|,
sum ridge w^2 / 2, sum |c w| and <mean, w>."""

instruction_set = table_name().decode()
"""Which build of the kernels this processor runs: "avx512", "avx2" or "baseline"."""

def max_threads():
    """Threads that the kernels use: OMP_NUM_THREADS, threadpoolctl and the process's processors decide."""
    return available_threads()


cdef int poll() noexcept nogil:
    global pending
    with gil:
        if pending is not None:
            return 1
        try:
            PyErr_CheckSignals()
        except BaseException as error:
            pending = error
            return 1
    return 0


cdef raise_pending():
    """Raise what stopped a kernel, if anything did."""
    global pending
    error, pending = pending, None
    if error is not None:
        raise error


cdef void *start_of(array) except *:
    """Where an array begins, whatever its strides."""
    return <void *><uintptr_t>array.__array_interface__["data"][0]


cdef void *address(array) except *:
    """Where an array without holes begins; NULL for None."""
    if array is None:
        return NULL
    if not array.flags.forc:
        raise ValueError("the kernels need contiguous arrays")
    return start_of(array)


def descend_groups(const double[:, ::1] gram, const int64_t[::1] starts, const double[::1] values,
                   const double[::1] price, double alpha, double precision, int64_t most,
                   double[:, ::1] w, double[:, ::1] r):
    """Block coordinate descent on sum_k (w_k'G w_k / 2 - c_k'w_k) + alpha sum_g price_g |w_g|.

    Changes w and r = c - G w, both (n_outputs, size); |w_g| is the length over all outputs.

    gram (capacity, capacity) holds G in its first rows and columns; the coordinates of group g are
    starts[g] to starts[g + 1], and its own block of G is diagonal, values (size,) > 0. Returns the
    number of sweeps made, more than `most` if the last ones still changed the pulls by more than
    precision * alpha.
    """
    cdef Descent d
    cdef int64_t count
    if w.shape[1] == 0:
        return 0
    d.gram, d.step, d.n_groups = &gram[0, 0], gram.shape[1], price.shape[0]
    d.n_outputs, d.size = w.shape[0], w.shape[1]
    d.starts, d.values, d.price = &starts[0], &values[0], &price[0]
    d.alpha, d.precision, d.most = alpha, precision, most
    d.w, d.r = &w[0, 0], &r[0, 0]
    with nogil:
        count = table.descend(d)
    PyErr_CheckSignals()
    return count


def split_rows(M, L, b, h, observed, Z, mean, double ratio, double shrink, double bound, double relaxation,
               double weight):
    """One step of robust PCA on a block of rows; changes Z and mean.

    M, L, Z, mean (rows, n), b (rows,) and h (n,) are all float64 or all float32, in C order; observed
    (rows, n) flags or None. With l = L + b h' and y = ratio (Z - l):
    c = clip(shrink (M - l + y), -bound, bound) * observed, Z = l + y + relaxation (c - y), mean += weight c.
    """
    cdef Split s
    cdef int64_t n_rows = M.shape[0]
    s.is_single, s.n = M.itemsize == 4, M.shape[1]
    s.M, s.L, s.b, s.h = address(M), address(L), address(b), address(h)
    s.observed, s.Z, s.mean = <const uint8_t *>address(observed), address(Z), address(mean)
    s.ratio, s.shrink, s.bound, s.relaxation, s.weight = ratio, shrink, bound, relaxation, weight
    with nogil:
        table.split(s, n_rows)


cdef class DataMatrix:
    """A matrix (n, p) in the memory of its owner: dense with rows or columns together, or CSC.

    `vector_width` is what the last axis of U must be a multiple of for `rows` and `sparse`.
    """

    cdef Matrix matrix
    cdef object owners

    vector_width = 8

    @staticmethod
    def dense(values):
        """A float64 or float32 array whose columns or rows are contiguous (any step between them)."""
        cdef DataMatrix self = DataMatrix()
        row_step, column_step = values.strides
        by_columns = row_step == values.itemsize
        self.matrix.storage = 0 if by_columns else 1
        self.matrix.is_single = values.itemsize == 4
        self.matrix.n, self.matrix.p = values.shape
        self.matrix.step = (column_step if by_columns else row_step) // values.itemsize
        self.matrix.values = start_of(values)
        self.owners = values
        return self

    @staticmethod
    def sparse(data, indices, indptr, shape):
        """Compressed columns; float64 or float32 data, int32 or int64 indices (both of one type)."""
        cdef DataMatrix self = DataMatrix()
        self.matrix.storage = 2
        self.matrix.is_single = data.itemsize == 4
        self.matrix.has_long_index = indices.itemsize == 8
        self.matrix.n, self.matrix.p = shape
        self.matrix.values, self.matrix.indices, self.matrix.indptr = address(data), address(indices), address(indptr)
        self.owners = (data, indices, indptr)
        return self

    cdef int64_t columns_at_once(self, int64_t K) noexcept:
        """Columns of a piece between two looks at the keyboard: about a tenth of a second."""
        cdef int64_t work = max(self.matrix.n * K, 1)
        return max(64 * (1_000_000_000 // (64 * work)), 64)

    def _arrange(self, U):
        """U (K, n) as the kernels read it, and its width."""
        if self.matrix.storage == 0:
            return np.ascontiguousarray(U), len(U)
        width = -(-len(U) // self.vector_width) * self.vector_width
        arranged = np.zeros((self.matrix.n, width))
        arranged[:, : len(U)] = U.T
        return arranged, width

    def products(self, U):
        """X'U for U (K, n), as (p, K)."""
        arranged, width = self._arrange(U)
        out = np.empty((self.matrix.p, len(U)))
        cdef const double *directions = <const double *>address(arranged)
        cdef double *target = <double *>address(out)
        cdef int64_t K = len(U), w = width, start = 0, stop, p = self.matrix.p, piece = self.columns_at_once(K)
        while start < p:
            stop = min(start + piece, p)
            with nogil:
                table.products(self.matrix, directions, K, w, target, start, stop)
            PyErr_CheckSignals()
            start = stop
        return out

    def scan(self, U, const double[::1] alphas, inverse_price, skip, bint one_sided, double slack,
             int64_t early, int64_t late):
        """Check the optimality of K points, given U (K, n) = -grad f, at alphas (K,).

        Returns first (p,), the first point whose condition a feature violates (K if none);
        largest (K,), the largest |x_j'u| / price over features not in skip (p,); and
        x_j'u / price (p,) at the points `early` and `late`.
        """
        cdef Scan s
        arranged, width = self._arrange(U)
        p, K = self.matrix.p, len(U)
        first, largest = np.empty(p, dtype=np.int32), np.zeros(K)
        at_early, at_late = np.empty(p), np.empty(p)
        s.U, s.K, s.width, s.alphas = <const double *>address(arranged), K, width, &alphas[0]
        s.inverse_price = <const double *>address(inverse_price)
        s.skip, s.one_sided, s.slack = <const uint8_t *>address(skip), one_sided, slack
        s.early, s.late, s.first = early, late, <int32_t *>address(first)
        s.largest, s.at_early, s.at_late = <double *>address(largest), <double *>address(at_early), <double *>address(at_late)
        cdef int64_t start = 0, stop, end = self.matrix.p, piece = self.columns_at_once(s.K)
        while start < end:
            stop = min(start + piece, end)
            with nogil:
                table.scan(self.matrix, s, start, stop)
            PyErr_CheckSignals()
            start = stop
        return first, largest, at_early, at_late


cdef class ActiveSet:
    """A restricted problem, its support, and the inverse of the support's Gram matrix.

    Set the stored columns (`hold_dense`, `hold_sparse` or `hold_gram`), then the quadratic
    (`set_quadratic`), then `solve` batches of alphas. Arrays are kept, not copied.
    """

    cdef Model model
    cdef Support support
    cdef object columns, quadratic, metric, inverse, members_, sign_, position
    cdef public object counters

    def __init__(self, int64_t capacity):
        self.counters = np.zeros(N_COUNTERS, dtype=np.int64)
        self.position = np.empty(0, dtype=np.int64)
        self.model.pivot_tolerance = 1e-9
        self.grow(capacity)

    @property
    def capacity(self):
        return self.support.capacity

    @property
    def members(self):
        """Stored columns of the support."""
        return self.members_[: self.support.size].copy()

    @property
    def sign(self):
        """Signs of the members; 0 for unpenalised ones."""
        return self.sign_[: self.support.size].copy()

    def grow(self, int64_t capacity):
        """Room for a support of this size."""
        inverse = np.empty((capacity, capacity))
        members, sign = np.empty(capacity, dtype=np.int64), np.empty(capacity)
        size = self.support.size
        if size:
            inverse[:size, :size] = self.inverse[:size, :size]
            members[:size], sign[:size] = self.members_[:size], self.sign_[:size]
        self.inverse, self.members_, self.sign_ = inverse, members, sign
        self.support.capacity = capacity
        self.support.inverse = <double *>address(inverse)
        self.support.members, self.support.sign = <int64_t *>address(members), <double *>address(sign)

    def _reserve(self, int64_t m):
        self.model.m = m
        if len(self.position) < m:
            position = np.full(max(m, 2 * len(self.position)), -1, dtype=np.int64)
            position[: len(self.position)] = self.position
            self.position = position
            self.support.position = <int64_t *>address(position)

    def hold_dense(self, values, int64_t m):
        """Columns of a float64 array (n, >= m) with contiguous columns."""
        self.model.space, self.model.n = 0, values.shape[0]
        self.model.dense, self.model.step = <const double *>start_of(values), values.strides[1] // 8
        self.columns = values
        self._reserve(m)

    def hold_sparse(self, data, indices, indptr, int64_t n):
        """CSC columns, float64 and int32."""
        self.model.space, self.model.n = 1, n
        self.model.data = <const double *>address(data)
        self.model.indices, self.model.indptr = <const int32_t *>address(indices), <const int32_t *>address(indptr)
        self.columns = (data, indices, indptr)
        self._reserve(len(indptr) - 1)

    def hold_gram(self, gram):
        """Gram matrix (m, m), float64, C order."""
        self.model.space, self.model.n = 2, 0
        self.model.gram = <const double *>address(gram)
        self.columns = gram
        self._reserve(len(gram))

    def set_quadratic(self, b, h, mean, c, price, ridge, bint one_sided):
        """Targets b (n,), curvatures h (n,), and per stored column mean, c = X'b, price, ridge.

        All float64 and contiguous; b and h are None for a Gram matrix, mean and ridge may be.
        """
        self.quadratic = (b, h, mean, c, price, ridge)
        self.model.b = <const double *>address(b)
        self.model.h = <const double *>address(h)
        self.model.mean = <const double *>address(mean)
        self.model.c, self.model.price = <const double *>address(c), <const double *>address(price)
        self.model.ridge = <const double *>address(ridge)
        self.model.one_sided = one_sided
        self.set_metric(None, None, 0.0)

    def set_metric(self, h, mean, double precision):
        """Let the inverse be that of X'DX with curvatures h (n,) and means, as a preconditioner.

        Systems are then solved by conjugate gradients to a relative stationarity of `precision`.
        """
        self.metric = (h, mean)
        self.model.metric_h, self.model.metric_mean = <const double *>address(h), <const double *>address(mean)
        self.model.precision = precision

    def inner_products(self, const int64_t[::1] columns, const double[:, ::1] U):
        """x_j'u_k of m stored columns (not centred) and U (K, n), K <= 4, as (m, K)."""
        out = np.empty((len(columns), len(U)))
        cdef double *target = <double *>address(out)
        if len(columns):
            with nogil:
                table.inner_products(self.model, &columns[0], columns.shape[0], &U[0, 0], U.shape[0], target)
        return out

    def combination(self, const int64_t[::1] columns, const double[::1] w):
        """sum_j w_j x_j over m stored columns (not centred), (n,)."""
        out = np.zeros(self.model.n)
        cdef double *target = <double *>address(out)
        if len(columns):
            with nogil:
                table.combination(self.model, &columns[0], &w[0], columns.shape[0], target)
        return out

    def retarget(self, members, sign, double alpha=0.0, bint rebuild=False):
        """Make `members` with these signs the support; dependent ones stay out."""
        wanted = np.array(members, dtype=np.int64)
        signs = np.array(sign, dtype=np.float64)
        if rebuild:
            self.position[self.members] = -1
            self.support.size = 0
        if len(wanted) + 1 > self.support.capacity:
            self.grow(max(2 * self.support.capacity, len(wanted) + 32))
        cdef const int64_t *m = <const int64_t *>address(wanted)
        cdef const double *s = <const double *>address(signs)
        cdef int64_t size = len(wanted)
        with nogil:
            table.retarget(self.model, self.support, alpha, m, s, size)

    def solve(self, candidates, alphas, double alpha_before, start=None):
        """Solve for decreasing alphas (K,) over candidates (stored columns, support included).

        `alpha_before` is an alpha for which the present support is optimal, or negative.
        `start` (size of the support,) are weights for conjugate gradients to start from.
        Returns the status, how many alphas are done, and for those: sizes (K,), members and
        weights (K, capacity), U (K, n) = b - h X w or None, and `FIGURES`, a row each (K,).
        """
        cdef Batch q
        candidates = np.ascontiguousarray(candidates, dtype=np.int64)
        alphas = np.ascontiguousarray(alphas, dtype=np.float64)
        K, capacity = len(alphas), self.support.capacity
        sizes = np.zeros(K, dtype=np.int64)
        members, weights = np.zeros((K, capacity), dtype=np.int64), np.zeros((K, capacity))
        U = None if self.model.space == 2 else np.empty((K, self.model.n))
        figures = np.empty((N_FIGURES, K))
        q.candidates, q.n_candidates = <const int64_t *>address(candidates), len(candidates)
        q.alphas, q.K, q.alpha_before = <const double *>address(alphas), K, alpha_before
        q.sizes, q.members, q.weights = <int64_t *>address(sizes), <int64_t *>address(members), <double *>address(weights)
        q.U = <double *>address(U)
        q.figures = <double *>address(figures)
        start = None if start is None else np.ascontiguousarray(start, dtype=np.float64)
        q.start = <const double *>address(start)
        q.done, q.poll = 0, &poll
        for i in range(N_COUNTERS):
            q.counters[i] = 0
        cdef int status
        with nogil:
            status = table.solve(self.model, self.support, q)
        for i in range(N_COUNTERS):
            self.counters[i] += q.counters[i]
        raise_pending()
        return status, q.done, sizes, members, weights, U, figures


cdef double evaluate_in_python(void *context, const double *eta, double *gradient, double *curvature,
                               double *majorant) noexcept nogil:
    global pending
    with gil:
        try:
            loss = <CompiledLoss>context
            n = loss.term.n
            found = loss.evaluate(np.array(<const double[:n]>eta))
            np.asarray(<double[:n]>gradient)[:] = found[1]
            np.asarray(<double[:n]>curvature)[:] = found[2]
            np.asarray(<double[:n]>majorant)[:] = found[3]
            return found[0]
        except BaseException as error:
            pending = error
            return NAN


cdef double conjugate_in_python(void *context, const double *u) noexcept nogil:
    global pending
    with gil:
        try:
            loss = <CompiledLoss>context
            n = loss.term.n
            return loss.conjugate(np.array(<const double[:n]>u))
        except BaseException as error:
            pending = error
            return NAN


LOSS_KINDS = ("", "logistic", "poisson", "huber")


cdef class CompiledLoss:
    """A weighted loss as the kernels evaluate it.

    `kind` is one of `LOSS_KINDS`; for "", any other loss, `evaluate` takes eta (n,) to f, gradient,
    curvature and majorant, and `conjugate` takes u (n,) to f*(u).
    """

    cdef LossTerm term
    cdef readonly object evaluate, conjugate
    cdef object y, sample_weight

    def __init__(self, str kind, double parameter, y, sample_weight, evaluate, conjugate):
        self.y, self.sample_weight = np.ascontiguousarray(y), np.ascontiguousarray(sample_weight)
        self.evaluate, self.conjugate = evaluate, conjugate
        self.term.kind, self.term.parameter, self.term.n = LOSS_KINDS.index(kind), parameter, len(y)
        self.term.y, self.term.sample_weight = <const double *>address(self.y), <const double *>address(self.sample_weight)
        self.term.evaluate, self.term.conjugate = &evaluate_in_python, &conjugate_in_python
        self.term.context = <void *>self

    def at(self, const double[::1] eta):
        """f(eta), gradient, curvature and majorant (n,)."""
        parts = np.empty((3, self.term.n))
        cdef double[:, ::1] view = parts
        value = table.evaluate(self.term, &eta[0], &view[0, 0], &view[1, 0], &view[2, 0])
        raise_pending()
        return value, *parts

    def conjugate_at(self, const double[::1] u):
        """f*(u)."""
        value = table.conjugate(self.term, &u[0])
        raise_pending()
        return value


cdef class Reweighting:
    """Proximal Newton on an active set, see reweighting.hpp; what it keeps from batch to batch."""

    cdef Reweighted q
    cdef ActiveSet active
    cdef CompiledLoss loss
    cdef object metric, metric_mean, metric_age

    def __init__(self, ActiveSet active, CompiledLoss loss, bint fits_intercept, double scale, double tolerance):
        self.active, self.loss = active, loss
        self.metric = np.zeros(loss.term.n)
        self.metric_mean, self.metric_age = np.zeros(0), np.zeros(0, dtype=np.int64)
        self.q.loss, self.q.metric = loss.term, <double *>address(self.metric)
        self.q.fits_intercept, self.q.scale, self.q.tolerance = fits_intercept, scale, tolerance
        self.q.caution, self.q.is_worn, self.q.age, self.q.poll = 1.0, 1, 1, &poll

    cdef _reserve(self, int64_t m):
        cdef int64_t more = m - len(self.metric_mean)
        if more > 0:
            self.metric_mean = np.concatenate([self.metric_mean, np.zeros(more)])
            self.metric_age = np.concatenate([self.metric_age, np.zeros(more, dtype=np.int64)])
        self.q.metric_mean, self.q.metric_age = <double *>address(self.metric_mean), <int64_t *>address(self.metric_age)

    def solve(self, candidates, free_slots, inverse_price, mean, alphas, double alpha_before, now, earlier,
              double alpha_earlier):
        """Points at decreasing alphas (K,) among candidates (stored columns, both points included).

        `now` is the point at `alpha_before`, `earlier` that at `alpha_earlier` (negative: there is
        none), each as (stored columns, weights, intercept). Room for means (m,) is `mean`.
        Returns the status, how many alphas are done, and for those: sizes (K,), members and
        weights (K, capacity), directions (K, n), and (5, K): intercepts, losses, norms, largest
        pull over price among the candidates, -dR/dalpha.
        """
        cdef Reweighted *q = &self.q
        cdef ActiveSet active = self.active
        cdef int status
        K, capacity = len(alphas), active.support.capacity
        sizes, members = np.zeros(K, dtype=np.int64), np.zeros((K, capacity), dtype=np.int64)
        weights, directions, numbers = np.zeros((K, capacity)), np.empty((K, active.model.n)), np.empty((5, K))
        cdef double[:, ::1] view = numbers
        self._reserve(len(mean))
        q.candidates, q.n_candidates = <const int64_t *>address(candidates), len(candidates)
        q.free_slots, q.n_free = <const int64_t *>address(free_slots), len(free_slots)
        q.inverse_price, q.mean = <const double *>address(inverse_price), <double *>address(mean)
        q.alphas, q.K, q.alpha_before, q.alpha_earlier = <const double *>address(alphas), K, alpha_before, alpha_earlier
        q.now.size, q.now.slots = len(now[0]), <const int64_t *>address(now[0])
        q.now.weights, q.now.intercept = <const double *>address(now[1]), now[2]
        q.earlier.size, q.earlier.slots = len(earlier[0]), <const int64_t *>address(earlier[0])
        q.earlier.weights, q.earlier.intercept = <const double *>address(earlier[1]), earlier[2]
        q.sizes, q.members, q.weights = <int64_t *>address(sizes), <int64_t *>address(members), <double *>address(weights)
        q.directions = <double *>address(directions)
        q.intercepts, q.losses, q.norms, q.largest, q.slopes = (
            &view[0, 0], &view[1, 0], &view[2, 0], &view[3, 0], &view[4, 0])
        q.done = 0
        with nogil:
            status = table.reweigh(active.model, active.support, self.q)
        raise_pending()
        return status, q.done, sizes, members, weights, directions, numbers
