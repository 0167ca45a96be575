// How many threads OpenMP would use now; 1 without it.
#pragma once

#ifdef _OPENMP
#include <omp.h>
#endif

namespace normball {

inline int available_threads() {
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

}  // namespace normball
