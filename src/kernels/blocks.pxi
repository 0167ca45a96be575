# Descent on groups, and the step of robust PCA.

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
