// The three micro-kernels: tiles of inner products, tiles of combinations, a rank update.
// Vectors use the compiler's vector extension, so that one source serves every width.
#pragma once

#include <cmath>
#include <cstdlib>

#include "kernels.hpp"
#include "threads.hpp"

namespace normball {
namespace NB_ISA {

constexpr int WIDTH = NB_WIDTH;  // doubles in a vector register

typedef double vec __attribute__((vector_size(8 * WIDTH)));
typedef double loose_vec __attribute__((vector_size(8 * WIDTH), aligned(8), may_alias));
typedef float loose_single __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

#define NB_INLINE static inline __attribute__((always_inline))

NB_INLINE vec load(const double* p) { return *reinterpret_cast<const loose_vec*>(p); }
NB_INLINE vec load(const float* p) {
    return __builtin_convertvector(*reinterpret_cast<const loose_single*>(p), vec);
}
NB_INLINE void store(double* p, vec v) { *reinterpret_cast<loose_vec*>(p) = v; }
NB_INLINE vec spread(double a) { return a - vec{}; }

// Sum of N lanes, halves added to halves: a chain of N additions would wait for each of them.
template <int N> struct Lanes {
    typedef double type __attribute__((vector_size(8 * N)));
    static inline __attribute__((always_inline)) double sum(type v) {
        typename Lanes<N / 2>::type low, high;
        __builtin_memcpy(&low, &v, sizeof low);
        __builtin_memcpy(&high, reinterpret_cast<const char*>(&v) + sizeof low, sizeof high);
        return Lanes<N / 2>::sum(low + high);
    }
};
template <> struct Lanes<1> {
    typedef double type;
    static inline __attribute__((always_inline)) double sum(type v) { return v; }
};
NB_INLINE double sum(vec v) { return Lanes<WIDTH>::sum(v); }

NB_INLINE idx smaller(idx a, idx b) { return a < b ? a : b; }

constexpr double PARALLEL_WORK = 2e5;  // multiplications that pay for waking a thread

constexpr double PIECE_WORK = 2e4;     // and that make a piece for one

template <class Body> struct Run {
    const Body* body;
    idx count, grain;
    static void piece(void* context, int64_t number) {
        const Run* run = static_cast<const Run*>(context);
        idx start = number * run->grain, end = smaller(start + run->grain, run->count);
        for (idx i = start; i < end; ++i) (*run->body)(i);
    }
};

// body(i) for i < count, shared with other threads where `work` pays for them. Each i is done by one thread.
template <class Body> static void for_each(idx count, double work, const Body& body) {
    if (work <= PARALLEL_WORK || count <= 1) {
        for (idx i = 0; i < count; ++i) body(i);
        return;
    }
    idx grain = idx(PIECE_WORK * count / work) + 1;
    Run<Body> run = {&body, count, grain};
    share_out((count + grain - 1) / grain, &Run<Body>::piece, &run);
}

// Memory of a call; freed with it. No std:: containers: their inline functions would be
// compiled for one instruction set and could be linked into another.
class Scratch {
public:
    Scratch() : n_blocks(0) {}
    ~Scratch() { for (int i = 0; i < n_blocks; ++i) free(blocks[i]); }
    template <class T> T* take(idx count) {
        void* block = malloc(sizeof(T) * (count > 0 ? count : 1) + 64);
        if (!block || n_blocks == LIMIT) out_of_memory();
        blocks[n_blocks++] = block;
        return static_cast<T*>(block);
    }
private:
    Scratch(const Scratch&);
    enum { LIMIT = 64 };
    void* blocks[LIMIT];
    int n_blocks;
};

// out[a * B + b] += x[a]' y[b] over n entries; the vectors of `ahead`, if any, are fetched meanwhile
template <int A, int B, class Value>
NB_INLINE void tile_dots(const Value* const* x, const double* const* y, idx n, double* out,
                         const Value* const* ahead = nullptr) {
    vec total[A][B];
    for (int a = 0; a < A; ++a) for (int b = 0; b < B; ++b) total[a][b] = vec{};
    idx l = 0;
    for (; l + WIDTH <= n; l += WIDTH) {
        vec xs[A];
        for (int a = 0; a < A; ++a) xs[a] = load(x[a] + l);
        if (ahead) for (int a = 0; a < A; ++a) __builtin_prefetch(ahead[a] + l);
        for (int b = 0; b < B; ++b) {
            vec ys = load(y[b] + l);
            for (int a = 0; a < A; ++a) total[a][b] += xs[a] * ys;
        }
    }
    for (int a = 0; a < A; ++a)
        for (int b = 0; b < B; ++b) {
            double t = sum(total[a][b]);
            for (idx i = l; i < n; ++i) t += double(x[a][i]) * y[b][i];
            out[a * B + b] += t;
        }
}

constexpr int TALL = WIDTH == 8 ? 4 : 2;  // a tile of TALL x 4 accumulators fits the registers

// out[a * stride + b] += x_a' y_b for all a < na, b < nb, the vectors given by pointers
template <class Value>
static void dots(const Value* const* x, idx na, const double* const* y, idx nb, idx n, double* out, idx stride) {
    double tile[TALL * 4];
    idx a = 0;
    for (; a + TALL <= na; a += TALL) {
        idx b = 0;
        for (; b + 4 <= nb; b += 4) {
            for (double& t : tile) t = 0;
            bool is_first = b == 0 && a + 2 * TALL <= na;
            if (is_first) tile_dots<TALL, 4>(x + a, y + b, n, tile, x + a + TALL);
            else tile_dots<TALL, 4>(x + a, y + b, n, tile);
            for (int i = 0; i < TALL; ++i)
                for (int j = 0; j < 4; ++j) out[(a + i) * stride + b + j] += tile[i * 4 + j];
        }
        for (; b < nb; ++b) {
            for (double& t : tile) t = 0;
            tile_dots<TALL, 1>(x + a, y + b, n, tile);
            for (int i = 0; i < TALL; ++i) out[(a + i) * stride + b] += tile[i];
        }
    }
    for (; a < na; ++a) {
        idx b = 0;
        for (; b + 4 <= nb; b += 4) tile_dots<1, 4>(x + a, y + b, n, out + a * stride + b);
        for (; b < nb; ++b) tile_dots<1, 1>(x + a, y + b, n, out + a * stride + b);
    }
}

// y[0:n] += sum_i a[i] x_i[0:n], four vectors at a time
NB_INLINE void combine(const double* const* x, const double* a, idx count, idx n, double* y) {
    idx i = 0;
    for (; i + 4 <= count; i += 4) {
        const double *x0 = x[i], *x1 = x[i + 1], *x2 = x[i + 2], *x3 = x[i + 3];
        vec a0 = spread(a[i]), a1 = spread(a[i + 1]), a2 = spread(a[i + 2]), a3 = spread(a[i + 3]);
        idx l = 0;
        for (; l + WIDTH <= n; l += WIDTH)
            store(y + l, load(y + l) + ((a0 * load(x0 + l) + a1 * load(x1 + l)) + (a2 * load(x2 + l) + a3 * load(x3 + l))));
        for (; l < n; ++l) y[l] += (a[i] * x0[l] + a[i + 1] * x1[l]) + (a[i + 2] * x2[l] + a[i + 3] * x3[l]);
    }
    for (; i < count; ++i) {
        vec a0 = spread(a[i]);
        idx l = 0;
        for (; l + WIDTH <= n; l += WIDTH) store(y + l, load(y + l) + a0 * load(x[i] + l));
        for (; l < n; ++l) y[l] += a[i] * x[i][l];
    }
}

// M[0:R, 0:s] += sign * sum_k Z[k, i0:i0+R]' Z[k, 0:s]: rows i0.. of a symmetric rank update
template <int R>
NB_INLINE void rank_rows(double* M, idx step, idx i0, idx s, const double* Z, idx z_step, idx b, double sign) {
    idx j = 0;
    for (; j + 2 * WIDTH <= s; j += 2 * WIDTH) {
        vec total[R][2];
        for (int r = 0; r < R; ++r) for (int h = 0; h < 2; ++h) total[r][h] = vec{};
        for (idx k = 0; k < b; ++k) {
            const double* z = Z + k * z_step;
            vec z0 = load(z + j), z1 = load(z + j + WIDTH);
            for (int r = 0; r < R; ++r) {
                vec a = spread(z[i0 + r]);
                total[r][0] += a * z0;
                total[r][1] += a * z1;
            }
        }
        for (int r = 0; r < R; ++r) {
            double* row = M + (i0 + r) * step + j;
            store(row, load(row) + sign * total[r][0]);
            store(row + WIDTH, load(row + WIDTH) + sign * total[r][1]);
        }
    }
    for (; j < s; ++j)
        for (int r = 0; r < R; ++r) {
            double t = 0;
            for (idx k = 0; k < b; ++k) t += Z[k * z_step + i0 + r] * Z[k * z_step + j];
            M[(i0 + r) * step + j] += sign * t;
        }
}

}  // namespace NB_ISA
}  // namespace normball
