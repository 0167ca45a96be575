# The restricted problem.

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
