# One pass over the data.

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
