# distutils: language = c++
# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, embedsignature=True
"""Compiled kernels of `solvers` and `designs`: one pass over the data, pivoting on a support, descent on groups.

Thin: arrays in, arrays out; what they mean is written in the C++ headers beside this file.

Everything that comes from Python is checked here before a pointer to it is taken: types and contiguity
by memoryviews, lengths and positions by `expect` and `within`. Behind this border nothing is checked.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport NAN
from libc.stdint cimport INT32_MAX, int32_t, int64_t, uint8_t, uintptr_t

import threading

import numpy as np

ctypedef fused Real:
    float
    double

ctypedef fused Position:
    int32_t
    int64_t

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
        double (*evaluate)(Caller&, const double*, double*, double*, double*) noexcept nogil
        double (*slack)(Caller&, const double*, const double*) noexcept nogil
        Caller *caller
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
    const char *table_name()

cdef extern from "threads.hpp" namespace "normball" nogil:
    int available_threads()

DONE, NEEDS_CAPACITY, STALLED, INTERRUPTED = range(4)
cdef enum: OUT_OF_MEMORY = 4
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


# ---- a call --------------------------------------------------------------------------
cdef class Call:
    """One call of a kernel: what it asks while it works, and what went wrong meanwhile."""

    cdef Caller caller
    cdef CompiledLoss loss
    cdef object error

    def __cinit__(self):
        self.caller.call = <void *>self
        # signals reach the main thread alone; others need not wait for Python's lock to ask
        if threading.get_ident() == threading.main_thread().ident:
            self.caller.poll = &poll

    cdef fail(self, error):
        self.error, self.caller.has_failed = error, 1

    cdef finish(self, int status):
        """Raise what stopped the kernel, if anything did."""
        if self.error is not None:
            raise self.error
        if status == OUT_OF_MEMORY:
            raise MemoryError("the kernels ran out of memory")


cdef int poll(Caller& caller) noexcept nogil:
    with gil:
        try:
            PyErr_CheckSignals()
        except BaseException as error:
            (<Call>caller.call).fail(error)
            return 1
    return 0


# ---- the border ------------------------------------------------------------------------
cdef int expect(str what, int64_t found, int64_t wanted) except -1:
    if found != wanted:
        raise ValueError(f"{what} must be {wanted}, got {found}")
    return 0


cdef int within(str what, const Position[::1] positions, int64_t end) except -1:
    """Whether all lie in 0 .. end - 1."""
    cdef Position position, lowest = 0, highest = -1
    cdef int64_t i
    for i in range(positions.shape[0]):
        position = positions[i]
        if position < lowest:
            lowest = position
        if position > highest:
            highest = position
    if lowest < 0 or highest >= end:
        raise ValueError(f"{what} must lie in 0 .. {end - 1}, got {lowest if lowest < 0 else highest}")
    return 0


cdef int ascending(str what, const Position[::1] ends, int64_t last) except -1:
    """Whether these begin with 0, end with at most `last` and never fall."""
    cdef int64_t i, count = ends.shape[0]
    cdef bint is_sound = count > 0 and ends[0] == 0 and ends[count - 1] <= last
    for i in range(1, count):
        is_sound &= ends[i - 1] <= ends[i]
    if not is_sound:
        raise ValueError(f"{what} must begin with 0, never fall, and end with at most {last}")
    return 0


cdef const double *vector(str what, const double[::1] values, int64_t length) except? NULL:
    """Where at least this many numbers begin."""
    if values is None:
        raise TypeError(f"{what} must be an array, got None")
    if values.shape[0] < length:
        raise ValueError(f"{what} must hold {length} numbers, got {values.shape[0]}")
    return &values[0]


cdef const double *vector_or_null(str what, const double[::1] values, int64_t length) except? NULL:
    if values is None:
        return NULL
    return vector(what, values, length)


cdef void *start_of(array) except *:
    """Where an array begins, whatever its strides."""
    return <void *><uintptr_t>array.__array_interface__["data"][0]


# ---- groups ----------------------------------------------------------------------------
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
    cdef int64_t count = 0, size = w.shape[1]
    cdef int status
    cdef Call call = Call()
    expect("rows of r", r.shape[0], w.shape[0])
    expect("columns of r", r.shape[1], size)
    expect("entries of values", values.shape[0], size)
    expect("entries of starts", starts.shape[0], price.shape[0] + 1)
    ascending("starts", starts, size)
    expect("the last of starts", starts[starts.shape[0] - 1], size)
    if min(gram.shape[0], gram.shape[1]) < size:
        raise ValueError(f"gram must have at least {size} rows and columns, got {gram.shape[0]} x {gram.shape[1]}")
    if w.shape[0] * size == 0:
        return 0
    d.gram, d.step, d.n_groups = &gram[0, 0], gram.shape[1], price.shape[0]
    d.n_outputs, d.size = w.shape[0], size
    d.starts, d.values, d.price = &starts[0], &values[0], &price[0]
    d.alpha, d.precision, d.most = alpha, precision, most
    d.w, d.r = &w[0, 0], &r[0, 0]
    with nogil:
        status = descend(d, &count)
    call.finish(status)
    PyErr_CheckSignals()
    return count


# ---- robust PCA ------------------------------------------------------------------------
cdef int set_blocks(Split *s, const Real[:, ::1] M, const Real[:, ::1] L, const Real[::1] b, const Real[::1] h,
                    Real[:, ::1] Z, Real[:, ::1] mean) except -1:
    for what, block in (("L", L), ("Z", Z), ("mean", mean)):
        expect(f"rows of {what}", block.shape[0], M.shape[0])
        expect(f"columns of {what}", block.shape[1], M.shape[1])
    expect("entries of b", b.shape[0], M.shape[0])
    expect("entries of h", h.shape[0], M.shape[1])
    s.is_single, s.n = Real is float, M.shape[1]
    s.M, s.L, s.b, s.h, s.Z, s.mean = &M[0, 0], &L[0, 0], &b[0], &h[0], &Z[0, 0], &mean[0, 0]
    return 0


def split_rows(M, L, b, h, const uint8_t[:, ::1] observed, Z, mean, double ratio, double shrink, double bound,
               double relaxation, double weight):
    """One step of robust PCA on a block of rows; changes Z and mean.

    M, L, Z, mean (rows, n), b (rows,) and h (n,) are all float64 or all float32, in C order; observed
    (rows, n) flags or None. With l = L + b h' and y = ratio (Z - l):
    c = clip(shrink (M - l + y), -bound, bound) * observed, Z = l + y + relaxation (c - y), mean += weight c.
    """
    cdef Split s
    cdef int64_t n_rows
    cdef int status
    cdef Call call = Call()
    if M.dtype == np.float32:
        set_blocks[float](&s, M, L, b, h, Z, mean)
    else:
        set_blocks[double](&s, M, L, b, h, Z, mean)
    n_rows = M.shape[0]
    s.observed = NULL
    if observed is not None:
        expect("rows of observed", observed.shape[0], n_rows)
        expect("columns of observed", observed.shape[1], s.n)
        s.observed = &observed[0, 0]
    s.ratio, s.shrink, s.bound, s.relaxation, s.weight = ratio, shrink, bound, relaxation, weight
    with nogil:
        status = split(s, n_rows)
    call.finish(status)


# ---- one pass over the data ------------------------------------------------------------
cdef int set_sparse(Matrix *matrix, const Real[::1] data, const Position[::1] indices,
                    const Position[::1] indptr) except -1:
    expect("entries of indptr", indptr.shape[0], matrix.p + 1)
    ascending("indptr", indptr, min(data.shape[0], indices.shape[0]))
    within("indices", indices[: indptr[matrix.p]], matrix.n)
    matrix.is_single, matrix.has_long_index = Real is float, Position is int64_t
    matrix.values, matrix.indices, matrix.indptr = &data[0], &indices[0], &indptr[0]
    return 0


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
        if values.dtype not in (np.float64, np.float32) or not values.dtype.isnative or not values.flags.aligned:
            raise ValueError(f"a dense matrix must hold aligned float64 or float32, got {values.dtype}")
        row_step, column_step = values.strides
        if min(row_step, column_step) != values.itemsize or max(row_step, column_step) % values.itemsize:
            raise ValueError(f"the rows or the columns of a dense matrix must be contiguous, got strides {values.strides}")
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
        self.matrix.n, self.matrix.p = shape
        if data.dtype == np.float32 and indices.dtype == np.int32:
            set_sparse[float, int32_t](&self.matrix, data, indices, indptr)
        elif data.dtype == np.float32:
            set_sparse[float, int64_t](&self.matrix, data, indices, indptr)
        elif indices.dtype == np.int32:
            set_sparse[double, int32_t](&self.matrix, data, indices, indptr)
        else:
            set_sparse[double, int64_t](&self.matrix, data, indices, indptr)
        self.owners = (data, indices, indptr)
        return self

    cdef int64_t columns_at_once(self, int64_t K) noexcept:
        """Columns of a piece between two looks at the keyboard: about a tenth of a second."""
        cdef int64_t work = max(self.matrix.n * K, 1)
        return max(64 * (1_000_000_000 // (64 * work)), 64)

    def _arrange(self, U):
        """U (K, n) as the kernels read it, and its width."""
        expect("columns of U", U.shape[1], self.matrix.n)
        if self.matrix.storage == 0:
            return np.ascontiguousarray(U, dtype=np.float64), len(U)
        width = -(-len(U) // self.vector_width) * self.vector_width
        arranged = np.zeros((self.matrix.n, width))
        arranged[:, : len(U)] = U.T
        return arranged, width

    def products(self, U):
        """X'U for U (K, n), as (p, K)."""
        arranged, width = self._arrange(U)
        out = np.empty((self.matrix.p, len(U)))
        cdef const double[:, ::1] directions = arranged
        cdef double[:, ::1] target = out
        cdef int64_t K = len(U), w = width, start = 0, stop, p = self.matrix.p, piece = self.columns_at_once(K)
        cdef int status
        cdef Call call = Call()
        while start < p and K:
            stop = min(start + piece, p)
            with nogil:
                status = products(self.matrix, &directions[0, 0], K, w, &target[0, 0], start, stop)
            call.finish(status)
            PyErr_CheckSignals()
            start = stop
        return out

    def scan(self, U, const double[::1] alphas, const double[::1] inverse_price, const uint8_t[::1] skip,
             bint one_sided, double slack, int64_t early, int64_t late):
        """Check the optimality of K points, given U (K, n) = -grad f, at alphas (K,).

        Returns first (p,), the first point whose condition a feature violates (K if none);
        largest (K,), the largest |x_j'u| / price over features not in skip (p,); and
        x_j'u / price (p,) at the points `early` and `late`.
        """
        cdef Scan s
        cdef int status
        cdef Call call = Call()
        cdef int64_t p = self.matrix.p, K = alphas.shape[0]
        expect("rows of U", len(U), K)
        expect("entries of skip", skip.shape[0], p)
        if not (0 <= early < K and 0 <= late < K):
            raise ValueError(f"early and late must lie in 0 .. {K - 1}, got {early} and {late}")
        arranged, s.width = self._arrange(U)
        found = np.empty(p, dtype=np.int32), np.zeros(K), np.empty(p), np.empty(p)
        cdef const double[:, ::1] directions = arranged
        cdef int32_t[::1] first = found[0]
        cdef double[::1] largest = found[1], at_early = found[2], at_late = found[3]
        s.U, s.K, s.alphas = &directions[0, 0], K, &alphas[0]
        s.inverse_price = vector_or_null("inverse_price", inverse_price, p)
        s.skip, s.one_sided, s.slack = &skip[0], one_sided, slack
        s.early, s.late, s.first = early, late, &first[0]
        s.largest, s.at_early, s.at_late = &largest[0], &at_early[0], &at_late[0]
        cdef int64_t start = 0, stop, piece = self.columns_at_once(K)
        while start < p:
            stop = min(start + piece, p)
            with nogil:
                status = scan(self.matrix, s, start, stop)
            call.finish(status)
            PyErr_CheckSignals()
            start = stop
        return found


# ---- the restricted problem ------------------------------------------------------------
cdef class ActiveSet:
    """A restricted problem, its support, and the inverse of the support's Gram matrix.

    Set the stored columns (`hold_dense`, `hold_sparse` or `hold_gram`), then the quadratic
    (`set_quadratic`), then `solve` batches of alphas. Arrays are kept, not copied.
    """

    cdef Model model
    cdef Support support
    cdef object columns, quadratic, metric
    cdef double[:, ::1] inverse
    cdef double[::1] sign_
    cdef int64_t[::1] members_, position
    cdef public object counters

    def __init__(self, int64_t capacity):
        self.counters = np.zeros(N_COUNTERS, dtype=np.int64)
        self.position = np.empty(0, dtype=np.int64)
        self.model.pivot_tolerance = 1e-9
        self.model.space = -1
        self.grow(capacity)

    @property
    def capacity(self):
        return self.support.capacity

    @property
    def members(self):
        """Stored columns of the support."""
        return np.array(self.members_[: self.support.size])

    @property
    def sign(self):
        """Signs of the members; 0 for unpenalised ones."""
        return np.array(self.sign_[: self.support.size])

    def grow(self, int64_t capacity):
        """Room for a support of this size."""
        cdef double[:, ::1] inverse = np.empty((capacity, capacity))
        cdef int64_t[::1] members = np.empty(capacity, dtype=np.int64)
        cdef double[::1] sign = np.empty(capacity)
        cdef int64_t size = self.support.size
        if size > capacity:
            raise ValueError(f"capacity must be at least {size}, the size of the support, got {capacity}")
        if size:
            inverse[:size, :size] = self.inverse[:size, :size]
            members[:size], sign[:size] = self.members_[:size], self.sign_[:size]
        self.inverse, self.members_, self.sign_ = inverse, members, sign
        self.support.capacity, self.support.inverse = capacity, &inverse[0, 0]
        self.support.members, self.support.sign = &members[0], &sign[0]

    cdef int _reserve(self, int64_t m) except -1:
        cdef int64_t known = self.position.shape[0]
        self.model.m = m
        if known < m:
            position = np.full(max(m, 2 * known), -1, dtype=np.int64)
            position[:known] = self.position
            self.position = position
            self.support.position = &self.position[0]
        return 0

    cdef int _hold(self, int space, int64_t n, int64_t m, columns) except -1:
        """Other columns: whatever the quadratic says of them is to be said again."""
        self.model.space, self.model.n, self.columns, self.quadratic = space, n, columns, None
        self._reserve(m)
        return 0

    def hold_dense(self, const double[:, :] values, int64_t m):
        """The first m columns of a float64 array (n, >= m) with contiguous columns."""
        cdef int64_t row_step = values.strides[0], column_step = values.strides[1]
        if (row_step != 8 and values.shape[0] != 1) or column_step < 8 or column_step % 8:
            raise ValueError(f"the columns must be contiguous, got strides {row_step} and {column_step}")
        if values.shape[1] < m:
            raise ValueError(f"values must have {m} columns, got {values.shape[1]}")
        self._hold(0, values.shape[0], m, values)
        self.model.dense, self.model.step = &values[0, 0], column_step // 8

    def hold_sparse(self, const double[::1] data, indices, indptr, int64_t n):
        """CSC columns: float64 values, rows below n and column ends of 32 or 64 bits; int32 rows are not copied."""
        cdef const int64_t[::1] ends = np.ascontiguousarray(indptr, dtype=np.int64)
        cdef const int32_t[::1] rows
        if n > INT32_MAX:
            raise ValueError(f"sparse columns must have at most {INT32_MAX} rows, got {n}")
        if indices.dtype != np.int32:
            within[int64_t]("indices", indices, n)
            indices = indices.astype(np.int32)
        rows = indices
        ascending("indptr", ends, min(data.shape[0], rows.shape[0]))
        within("indices", rows[: ends[ends.shape[0] - 1]], n)
        self._hold(1, n, ends.shape[0] - 1, (data, rows, ends))
        self.model.data, self.model.indices, self.model.indptr = &data[0], &rows[0], &ends[0]

    def hold_gram(self, gram):
        """Gram matrix (m, m), float64."""
        cdef const double[:, ::1] held = gram if gram.flags.c_contiguous else gram.T  # it is symmetric
        expect("columns of gram", held.shape[1], held.shape[0])
        self._hold(2, 0, held.shape[0], held)
        self.model.gram = &held[0, 0]

    def set_quadratic(self, const double[::1] b, const double[::1] h, const double[::1] mean,
                      const double[::1] c, const double[::1] price, const double[::1] ridge, bint one_sided):
        """Targets b (n,), curvatures h (n,), and per stored column mean, c = X'b, price, ridge.

        There may be more room than stored columns. b and h are None for a Gram matrix, or where
        `Reweighting` finds them; mean and ridge may be.
        """
        cdef int64_t n = self.model.n, m = self.model.m
        self.quadratic = None
        self.model.b, self.model.h = vector_or_null("b", b, n), vector_or_null("h", h, n)
        self.model.mean = vector_or_null("mean", mean, m)
        self.model.c, self.model.price = vector("c", c, m), vector("price", price, m)
        self.model.ridge = vector_or_null("ridge", ridge, m)
        self.model.one_sided = one_sided
        self.set_metric(None, None, 0.0)
        self.quadratic = (b, h, mean, c, price, ridge)

    def set_metric(self, const double[::1] h, const double[::1] mean, double precision):
        """Let the inverse be that of X'DX with curvatures h (n,) and means, as a preconditioner.

        Systems are then solved by conjugate gradients to a relative stationarity of `precision`.
        """
        self.model.metric_h = vector_or_null("h", h, self.model.n)
        self.model.metric_mean = vector_or_null("mean", mean, self.model.m)
        self.model.precision = precision
        self.metric = (h, mean)

    cdef int _need_quadratic(self, bint has_targets) except -1:
        if self.quadratic is None:
            raise ValueError("set the quadratic of the stored columns first")
        if has_targets and self.model.space != 2 and (self.model.b == NULL or self.model.h == NULL):
            raise ValueError("the quadratic must have targets b and curvatures h")
        return 0

    cdef int _need_columns(self, const int64_t[::1] columns) except -1:
        if self.model.space not in (0, 1):
            raise ValueError("there are no stored columns to multiply")
        return within("columns", columns, self.model.m)

    def inner_products(self, const int64_t[::1] columns, const double[:, ::1] U):
        """x_j'u_k of m stored columns (not centred) and U (K, n), as (m, K)."""
        cdef int64_t m = columns.shape[0], K = U.shape[0]
        cdef int status
        cdef Call call = Call()
        self._need_columns(columns)
        expect("columns of U", U.shape[1], self.model.n)
        out = np.empty((m, K))
        cdef double[:, ::1] target = out
        if m and K:
            with nogil:
                status = inner_products(self.model, &columns[0], m, &U[0, 0], K, &target[0, 0])
            call.finish(status)
        return out

    def combination(self, const int64_t[::1] columns, const double[::1] w):
        """sum_j w_j x_j over m stored columns (not centred), (n,)."""
        cdef int64_t m = columns.shape[0]
        cdef int status
        cdef Call call = Call()
        self._need_columns(columns)
        expect("entries of w", w.shape[0], m)
        out = np.zeros(self.model.n)
        cdef double[::1] target = out
        if m:
            with nogil:
                status = combination(self.model, &columns[0], &w[0], m, &target[0])
            call.finish(status)
        return out

    def retarget(self, members, sign, double alpha=0.0, bint rebuild=False):
        """Make `members` with these signs the support; dependent ones stay out."""
        # copies: the support that they replace may be what was passed
        cdef const int64_t[::1] wanted = np.array(members, dtype=np.int64)
        cdef const double[::1] signs = np.array(sign, dtype=np.float64)
        cdef int64_t i, size = wanted.shape[0]
        cdef int status
        cdef Call call = Call()
        self._need_quadratic(True)
        within("members", wanted, self.model.m)
        expect("entries of sign", signs.shape[0], size)
        if rebuild:
            for i in range(self.support.size):
                self.position[self.members_[i]] = -1
            self.support.size = 0
        if size + 1 > self.support.capacity:
            self.grow(max(2 * self.support.capacity, size + 32))
        with nogil:
            status = retarget(self.model, self.support, alpha, &wanted[0], &signs[0], size)
        call.finish(status)

    def solve(self, candidates, alphas, double alpha_before, start=None):
        """Solve for decreasing alphas (K,) over candidates (stored columns, support included).

        `alpha_before` is an alpha for which the present support is optimal, or negative.
        `start` (size of the support,) are weights for conjugate gradients to start from.
        Returns the status, how many alphas are done, and for those: sizes (K,), members and
        weights (K, capacity), U (K, n) = b - h X w or None, and `FIGURES`, a row each (K,).
        """
        cdef Batch q
        cdef const int64_t[::1] among = np.ascontiguousarray(candidates, dtype=np.int64)
        cdef const double[::1] given = np.ascontiguousarray(alphas, dtype=np.float64)
        cdef const double[::1] begin = None if start is None else np.ascontiguousarray(start, dtype=np.float64)
        cdef int64_t i, K = given.shape[0], capacity = self.support.capacity
        cdef int status
        cdef Call call = Call()
        self._need_quadratic(True)
        self._need_candidates(among)
        found = (np.zeros(K, dtype=np.int64), np.zeros((K, capacity), dtype=np.int64), np.zeros((K, capacity)),
                 None if self.model.space == 2 else np.empty((K, self.model.n)), np.empty((N_FIGURES, K)))
        cdef int64_t[::1] sizes = found[0]
        cdef int64_t[:, ::1] members = found[1]
        cdef double[:, ::1] weights = found[2], U = found[3], figures = found[4]
        q.candidates, q.n_candidates = &among[0], among.shape[0]
        q.alphas, q.K, q.alpha_before = &given[0], K, alpha_before
        q.start = vector_or_null("start", begin, self.support.size)
        q.sizes, q.members, q.weights = &sizes[0], &members[0, 0], &weights[0, 0]
        q.U = NULL
        if U is not None:
            q.U = &U[0, 0]
        q.figures, q.done, q.caller = &figures[0, 0], 0, &call.caller
        for i in range(N_COUNTERS):
            q.counters[i] = 0
        with nogil:
            status = solve(self.model, self.support, q)
        for i in range(N_COUNTERS):
            self.counters[i] += q.counters[i]
        call.finish(status)
        return status, q.done, *found

    cdef int _need_candidates(self, const int64_t[::1] candidates) except -1:
        if candidates.shape[0] > self.model.m:
            raise ValueError(f"there are {self.model.m} stored columns, got {candidates.shape[0]} candidates")
        return within("candidates", candidates, self.model.m)


# ---- other losses than squared error ---------------------------------------------------
cdef double evaluate_in_python(Caller& caller, const double *eta, double *gradient, double *curvature,
                               double *majorant) noexcept nogil:
    with gil:
        call = <Call>caller.call
        try:
            loss = call.loss
            n = loss.term.n
            found = loss.evaluate(np.array(<const double[:n]>eta))
            np.asarray(<double[:n]>gradient)[:] = found[1]
            np.asarray(<double[:n]>curvature)[:] = found[2]
            np.asarray(<double[:n]>majorant)[:] = found[3]
            return found[0]
        except BaseException as error:
            call.fail(error)
            return NAN


cdef double slack_in_python(Caller& caller, const double *eta, const double *u) noexcept nogil:
    with gil:
        call = <Call>caller.call
        try:
            loss = call.loss
            n = loss.term.n
            return loss.slack(np.array(<const double[:n]>eta), np.array(<const double[:n]>u))
        except BaseException as error:
            call.fail(error)
            return NAN


LOSS_KINDS = ("", "logistic", "poisson", "huber")


cdef class CompiledLoss:
    """A weighted loss as the kernels evaluate it.

    `kind` is one of `LOSS_KINDS`; for "", any other loss, `evaluate` takes eta (n,) to f, gradient,
    curvature and majorant, and `slack` takes eta and u (n,) to f(eta) + f*(u) - <u, eta>.
    """

    cdef LossTerm term
    cdef readonly object evaluate, slack
    cdef const double[::1] y, sample_weight

    def __init__(self, str kind, double parameter, y, sample_weight, evaluate, slack):
        self.y = np.ascontiguousarray(y, dtype=np.float64)
        self.sample_weight = np.ascontiguousarray(sample_weight, dtype=np.float64)
        expect("entries of sample_weight", self.sample_weight.shape[0], self.y.shape[0])
        self.evaluate, self.slack = evaluate, slack
        self.term.kind, self.term.parameter, self.term.n = LOSS_KINDS.index(kind), parameter, self.y.shape[0]
        self.term.y, self.term.sample_weight = &self.y[0], &self.sample_weight[0]
        self.term.evaluate, self.term.slack = &evaluate_in_python, &slack_in_python

    cdef Call call(self, LossTerm *term):
        """A call that evaluates this loss, as `term`."""
        cdef Call made = Call()
        made.loss, term[0] = self, self.term
        term.caller = &made.caller
        return made

    def at(self, const double[::1] eta):
        """f(eta), gradient, curvature and majorant (n,)."""
        cdef LossTerm term
        cdef double value = NAN
        cdef Call call = self.call(&term)
        expect("entries of eta", eta.shape[0], term.n)
        parts = np.empty((3, term.n))
        cdef double[:, ::1] view = parts
        call.finish(evaluate(term, &eta[0], &view[0, 0], &view[1, 0], &view[2, 0], &value))
        return value, *parts

    def slack_at(self, const double[::1] eta, const double[::1] u):
        """f(eta) + f*(u) - <u, eta>."""
        cdef LossTerm term
        cdef double value = NAN
        cdef Call call = self.call(&term)
        expect("entries of eta", eta.shape[0], term.n)
        expect("entries of u", u.shape[0], term.n)
        call.finish(slack(term, &eta[0], &u[0], &value))
        return value


cdef class Reweighting:
    """Proximal Newton on an active set, see reweighting.hpp; what it keeps from batch to batch."""

    cdef Reweighted q
    cdef ActiveSet active
    cdef CompiledLoss loss
    cdef double[::1] metric, metric_mean
    cdef int64_t[::1] metric_age

    def __init__(self, ActiveSet active, CompiledLoss loss, bint fits_intercept, double scale, double tolerance):
        self.active, self.loss = active, loss
        self.metric = np.zeros(loss.term.n)
        self.metric_mean, self.metric_age = np.zeros(0), np.zeros(0, dtype=np.int64)
        self.q.metric = &self.metric[0]
        self.q.fits_intercept, self.q.scale, self.q.tolerance = fits_intercept, scale, tolerance
        self.q.caution, self.q.is_worn, self.q.age = 1.0, 1, 1

    cdef int _reserve(self, int64_t m) except -1:
        cdef int64_t more = m - self.metric_mean.shape[0]
        if more > 0:
            self.metric_mean = np.concatenate([self.metric_mean, np.zeros(more)])
            self.metric_age = np.concatenate([self.metric_age, np.zeros(more, dtype=np.int64)])
        self.q.metric_mean, self.q.metric_age = &self.metric_mean[0], &self.metric_age[0]
        return 0

    cdef int _set_point(self, SparsePoint *point, const int64_t[::1] slots, const double[::1] weights,
                        double intercept) except -1:
        within("columns of a point", slots, self.active.model.m)
        expect("weights of a point", weights.shape[0], slots.shape[0])
        point.size, point.slots, point.weights, point.intercept = slots.shape[0], &slots[0], &weights[0], intercept
        return 0

    def solve(self, const int64_t[::1] candidates, const int64_t[::1] free_slots, const double[::1] inverse_price,
              double[::1] mean, const double[::1] alphas, double alpha_before, now, earlier,
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
        cdef int64_t K = alphas.shape[0], capacity = active.support.capacity, n = active.model.n, m = active.model.m
        cdef int status
        cdef Call call = self.loss.call(&q.loss)
        active._need_quadratic(False)
        active._need_columns(free_slots)
        active._need_candidates(candidates)
        expect("entries of y", n, self.loss.term.n)
        self._reserve(m)
        self._set_point(&q.now, now[0], now[1], now[2])
        self._set_point(&q.earlier, earlier[0], earlier[1], earlier[2])
        found = (np.zeros(K, dtype=np.int64), np.zeros((K, capacity), dtype=np.int64), np.zeros((K, capacity)),
                 np.empty((K, n)), np.empty((5, K)))
        cdef int64_t[::1] sizes = found[0]
        cdef int64_t[:, ::1] members = found[1]
        cdef double[:, ::1] weights = found[2], directions = found[3], numbers = found[4]
        q.candidates, q.n_candidates = &candidates[0], candidates.shape[0]
        q.free_slots, q.n_free = &free_slots[0], free_slots.shape[0]
        q.inverse_price, q.mean = vector("inverse_price", inverse_price, m), &mean[0]
        expect("room for means", max(mean.shape[0], m), mean.shape[0])
        q.alphas, q.K, q.alpha_before, q.alpha_earlier = &alphas[0], K, alpha_before, alpha_earlier
        q.sizes, q.members, q.weights = &sizes[0], &members[0, 0], &weights[0, 0]
        q.directions = &directions[0, 0]
        q.intercepts, q.losses, q.norms, q.largest, q.slopes = (
            &numbers[0, 0], &numbers[1, 0], &numbers[2, 0], &numbers[3, 0], &numbers[4, 0])
        q.done, q.caller = 0, &call.caller
        with nogil:
            status = reweigh(active.model, active.support, self.q)
        call.finish(status)
        return status, q.done, *found
