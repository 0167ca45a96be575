# What every kernel is called with: a call of its own, and the checks of what comes from Python.

ctypedef fused Real:
    float
    double

ctypedef fused Position:
    int32_t
    int64_t


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
