# Other losses than squared error.

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


LOSS_KINDS = ("", "logistic", "poisson", "huber", "cox", "gamma", "tweedie")


cdef class CompiledLoss:
    """A weighted loss as the kernels evaluate it.

    `kind` is one of `LOSS_KINDS`; for "", any other loss, `evaluate` takes eta (n,) to f, gradient,
    curvature and majorant, and `slack` takes eta and u (n,) to f(eta) + f*(u) - <u, eta>. "cox" asks for
    its slack, its parameter says whether ties are Efron's, and `sets` are the order of the samples at
    risk, their weights, and of each group of one event time the start, the number and the weight of its
    events.
    """

    cdef LossTerm term
    cdef readonly object evaluate, slack
    cdef const double[::1] y, sample_weight
    cdef tuple sets

    def __init__(self, str kind, double parameter, y, sample_weight, evaluate, slack, sets=None):
        self.y = np.ascontiguousarray(y, dtype=np.float64)
        self.sample_weight = np.ascontiguousarray(sample_weight, dtype=np.float64)
        expect("entries of sample_weight", self.sample_weight.shape[0], self.y.shape[0])
        self.evaluate, self.slack = evaluate, slack
        self.term.kind, self.term.parameter, self.term.n = LOSS_KINDS.index(kind), parameter, self.y.shape[0]
        self.term.y, self.term.sample_weight = &self.y[0], &self.sample_weight[0]
        self.term.evaluate, self.term.slack = &evaluate_in_python, &slack_in_python
        if kind == "cox":
            self._hold(sets)
            self.term.sets.is_efron = parameter != 0

    cdef int _hold(self, sets) except -1:
        order, weight, starts, counts, masses = sets
        cdef const int64_t[::1] places = np.ascontiguousarray(order, dtype=np.int64)
        cdef const int64_t[::1] firsts = np.ascontiguousarray(starts, dtype=np.int64)
        cdef const int64_t[::1] numbers = np.ascontiguousarray(counts, dtype=np.int64)
        cdef const double[::1] weights = np.ascontiguousarray(weight, dtype=np.float64)
        cdef const double[::1] sums = np.ascontiguousarray(masses, dtype=np.float64)
        cdef RiskSets *held = &self.term.sets
        cdef int64_t r = places.shape[0], M = firsts.shape[0], i
        within("samples at risk", places, self.term.n)
        ascending("starts of groups", firsts, r)
        expect("numbers of events", numbers.shape[0], M)
        for i in range(M):
            if not 1 <= numbers[i] <= (firsts[i + 1] if i + 1 < M else r) - firsts[i]:
                raise ValueError(f"group {i} must hold its events, one or more, got {numbers[i]}")
        held.order, held.starts, held.counts = &places[0], &firsts[0], &numbers[0]
        held.weight, held.masses = vector("weights at risk", weights, r), vector("weights of events", sums, M)
        held.n_at_risk, held.n_groups = r, M
        self.sets = (places, firsts, numbers, weights, sums)
        return 0

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

    def duals(self, const double[:, ::1] etas, bint removes_ones, bint has_units):
        """f (K,), -grad f (K, n) without what the intercept sees of it, and curvatures (K, n).

        `removes_ones` says whether there is an intercept, `has_units` whether eta is measured in the
        units of y. A row is NaN where the intercept's part cannot be taken out.
        """
        cdef LossTerm term
        cdef int64_t k, K = etas.shape[0]
        cdef int status = 0
        cdef Call call = self.call(&term)
        expect("columns of etas", etas.shape[1], term.n)
        found = (np.empty(K), np.empty((K, term.n)), np.empty((K, term.n)))
        cdef double[::1] values = found[0]
        cdef double[:, ::1] duals = found[1], curvatures = found[2]
        for k in range(K):
            with nogil:
                status = find_dual(term, &etas[k, 0], removes_ones, has_units, &duals[k, 0], &curvatures[k, 0],
                                   &values[k])
            call.finish(status)
        return found

    def slacks(self, const double[:, ::1] etas, const double[:, ::1] U):
        """`slack_at` (K,) of rows of etas and U (K, n)."""
        cdef LossTerm term
        cdef int64_t k, K = etas.shape[0]
        cdef int status = 0
        cdef Call call = self.call(&term)
        expect("columns of etas", etas.shape[1], term.n)
        expect("rows of U", U.shape[0], K)
        expect("columns of U", U.shape[1], term.n)
        found = np.empty(K)
        cdef double[::1] values = found
        for k in range(K):
            with nogil:
                status = slack(term, &etas[k, 0], &U[k, 0], &values[k])
            call.finish(status)
        return found


def roundings(const double[:, ::1] etas, const double[:, ::1] U, const double[:, ::1] curvatures,
              const double[::1] means, const double[::1] levels, const double[::1] resolution):
    """What rounding does to gaps (K,) at predictors and dual points (K, n), to first order, relative to it.

    `curvatures` is (K, n) or (1, n), `means` (K,) of the predictors, `levels` (K,) of X w; `resolution` (n,).
    """
    cdef GapRounding q
    cdef int64_t k, K = etas.shape[0], n = etas.shape[1], row
    cdef int status = 0
    cdef Call call = Call()
    expect("rows of U", U.shape[0], K)
    expect("columns of U", U.shape[1], n)
    expect("columns of curvatures", curvatures.shape[1], n)
    if curvatures.shape[0] != 1:
        expect("rows of curvatures", curvatures.shape[0], K)
    expect("means", means.shape[0], K)
    expect("levels", levels.shape[0], K)
    q.n, q.resolution = n, vector("resolution", resolution, n)
    found = np.empty(K)
    cdef double[::1] values = found
    for k in range(K):
        row = k if curvatures.shape[0] > 1 else 0
        with nogil:
            status = rounding_of_gap(q, &etas[k, 0], &U[k, 0], &curvatures[row, 0], means[k], levels[k], &values[k])
        call.finish(status)
    return found


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
        if loss.term.sets.n_groups:  # the diagonal above a Hessian of risk sets sees the columns' means
            self.q.caution = 0.0

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
        weights (K, capacity), and (4, K): intercepts, losses, norms, -dR/dalpha.
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
                 np.empty((4, K)))
        cdef int64_t[::1] sizes = found[0]
        cdef int64_t[:, ::1] members = found[1]
        cdef double[:, ::1] weights = found[2], numbers = found[3]
        q.candidates, q.n_candidates = &candidates[0], candidates.shape[0]
        q.free_slots, q.n_free = &free_slots[0], free_slots.shape[0]
        q.inverse_price, q.mean = vector("inverse_price", inverse_price, m), &mean[0]
        expect("room for means", max(mean.shape[0], m), mean.shape[0])
        q.alphas, q.K, q.alpha_before, q.alpha_earlier = &alphas[0], K, alpha_before, alpha_earlier
        q.sizes, q.members, q.weights = &sizes[0], &members[0, 0], &weights[0, 0]
        q.intercepts, q.losses, q.norms, q.slopes = (
            &numbers[0, 0], &numbers[1, 0], &numbers[2, 0], &numbers[3, 0])
        q.done, q.caller = 0, &call.caller
        with nogil:
            status = reweigh(active.model, active.support, self.q)
        call.finish(status)
        return status, q.done, *found
