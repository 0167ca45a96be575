// Threads that help while they are there: the caller works through the pieces of a job itself,
// and waits only for pieces that another thread has begun.
//
// An OpenMP team must be complete at every barrier; on a machine with other work that costs a
// time slice at each of the thousands of small products of a path. Here a helper that does not
// get a processor costs nothing. How many threads may help is OpenMP's number, so that
// OMP_NUM_THREADS, threadpoolctl and the process's affinity decide.
#pragma once

#include <cstdint>

namespace normball {

typedef void (*Piece)(void* context, int64_t piece);

// piece(context, i) for all i < count, each by one thread; returns when all are done
void share_out(int64_t count, Piece piece, void* context);

int available_threads();

}  // namespace normball
