// One pass over the data: X'U for K dual directions, judged column by column while it is in cache.
#pragma once

#include "vectors.hpp"

namespace normball {
namespace NB_ISA {

constexpr idx COLUMN_BLOCK = 64;
constexpr idx ROW_BLOCK = 2048;

// Z[j * width + k] = x_j'u_k for the columns first .. first + count of one block
template <class Value>
static void products_of_columns(const Matrix& X, const double* U, idx K, idx width, idx first, idx count, double* Z) {
    const Value* values = static_cast<const Value*>(X.values);
    const Value* columns[COLUMN_BLOCK];
    for (idx i = 0; i < count * width; ++i) Z[i] = 0;
    for (idx start = 0; start < X.n; start += ROW_BLOCK) {
        idx length = smaller(ROW_BLOCK, X.n - start);
        for (idx j = 0; j < count; ++j) columns[j] = values + (first + j) * X.step + start;
        for (idx k0 = 0; k0 < K; k0 += 16) {
            idx b = smaller(16, K - k0);
            const double* directions[16];
            for (idx k = 0; k < b; ++k) directions[k] = U + (k0 + k) * X.n + start;
            dots(columns, count, directions, b, length, Z + k0, width);
        }
    }
}

// Rows that lie together: four rows at a time update a strip of columns for every direction.
template <class Value>
static void products_of_rows(const Matrix& X, const double* U, idx K, idx width, idx first, idx count, double* Z) {
    const Value* values = static_cast<const Value*>(X.values) + first;
    double strip[COLUMN_BLOCK * 64];  // (K, COLUMN_BLOCK): directions outside, columns inside
    for (idx k0 = 0; k0 < K; k0 += 64) {
        idx b = smaller(64, K - k0);
        for (idx i = 0; i < b * COLUMN_BLOCK; ++i) strip[i] = 0;
        for (idx i0 = 0; i0 < X.n; i0 += 4) {
            idx rows = smaller(4, X.n - i0);
            const Value* x[4];
            for (idx r = 0; r < 4; ++r) x[r] = values + (i0 + (r < rows ? r : 0)) * X.step;
            double u[4 * 64];
            for (idx r = 0; r < 4; ++r)
                for (idx k = 0; k < b; ++k) u[k * 4 + r] = r < rows ? U[(i0 + r) * width + k0 + k] : 0.0;
            idx j = 0;
            for (; j + WIDTH <= count; j += WIDTH) {
                vec x0 = load(x[0] + j), x1 = load(x[1] + j), x2 = load(x[2] + j), x3 = load(x[3] + j);
                for (idx k = 0; k < b; ++k) {
                    const double* a = u + k * 4;
                    double* out = strip + k * COLUMN_BLOCK + j;
                    store(out, load(out) + ((spread(a[0]) * x0 + spread(a[1]) * x1) +
                                            (spread(a[2]) * x2 + spread(a[3]) * x3)));
                }
            }
            for (; j < count; ++j)
                for (idx k = 0; k < b; ++k)
                    for (idx r = 0; r < rows; ++r) strip[k * COLUMN_BLOCK + j] += u[k * 4 + r] * double(x[r][j]);
        }
        for (idx j = 0; j < count; ++j)
            for (idx k = 0; k < b; ++k) Z[j * width + k0 + k] = strip[k * COLUMN_BLOCK + j];
    }
}

template <class Value, class Index>
static void products_of_sparse(const Matrix& X, const double* U, idx K, idx width, idx first, idx count, double* Z) {
    const Value* values = static_cast<const Value*>(X.values);
    const Index* indices = static_cast<const Index*>(X.indices);
    const Index* indptr = static_cast<const Index*>(X.indptr);
    for (idx j = 0; j < count; ++j) {
        double* z = Z + j * width;
        for (idx k0 = 0; k0 < K; k0 += 4 * WIDTH) {  // width is a multiple of WIDTH
            idx n_vectors = (smaller(4 * WIDTH, width - k0)) / WIDTH;
            vec total[4] = {vec{}, vec{}, vec{}, vec{}};
            for (Index q = indptr[first + j]; q < indptr[first + j + 1]; ++q) {
                vec v = spread(double(values[q]));
                const double* u = U + idx(indices[q]) * width + k0;
                for (idx i = 0; i < n_vectors; ++i) total[i] += v * load(u + i * WIDTH);
            }
            for (idx i = 0; i < n_vectors; ++i) store(z + k0 + i * WIDTH, total[i]);
        }
    }
}

static void products_of_block(const Matrix& X, const double* U, idx K, idx width, idx first, idx count, double* Z) {
    switch (X.storage) {
        case DENSE_COLUMNS:
            return X.is_single ? products_of_columns<float>(X, U, K, width, first, count, Z)
                               : products_of_columns<double>(X, U, K, width, first, count, Z);
        case DENSE_ROWS:
            return X.is_single ? products_of_rows<float>(X, U, K, width, first, count, Z)
                               : products_of_rows<double>(X, U, K, width, first, count, Z);
        default:
            if (X.has_long_index)
                return X.is_single ? products_of_sparse<float, int64_t>(X, U, K, width, first, count, Z)
                                   : products_of_sparse<double, int64_t>(X, U, K, width, first, count, Z);
            return X.is_single ? products_of_sparse<float, int32_t>(X, U, K, width, first, count, Z)
                               : products_of_sparse<double, int32_t>(X, U, K, width, first, count, Z);
    }
}

// X'U as (p, K) for the columns first .. last
static void products(const Matrix& X, const double* U, idx K, idx width, double* out, idx first, idx last) {
    idx n_blocks = (last - first + COLUMN_BLOCK - 1) / COLUMN_BLOCK;
    for_each(n_blocks, double(X.n) * (last - first) * K, [&](idx block) {
        Scratch scratch;
        double* Z = scratch.take<double>(COLUMN_BLOCK * width);
        idx j0 = first + block * COLUMN_BLOCK, count = smaller(COLUMN_BLOCK, last - j0);
        products_of_block(X, U, K, width, j0, count, Z);
        for (idx j = 0; j < count; ++j)
            for (idx k = 0; k < K; ++k) out[(j0 + j) * K + k] = Z[j * width + k];
    });
}

// The conditions of one block of columns, given Z; the largest pulls go to `largest` (K,).
static void judge(const Scan& s, idx j0, idx count, const double* Z, double* largest) {
    for (idx k = 0; k < s.K; ++k) largest[k] = 0;
    for (idx i = 0; i < count; ++i) {
        idx j = j0 + i, violated = s.K;
        double scale = s.inverse_price ? s.inverse_price[j] : 1.0;
        const double* z = Z + i * s.width;
        s.at_early[j] = scale * z[s.early];
        s.at_late[j] = scale * z[s.late];
        for (idx k = s.K - 1; !s.skip[j] && k >= 0; --k) {
            double pull = scale * (s.one_sided ? z[k] : fabs(z[k]));
            if (pull > largest[k]) largest[k] = pull;
            if (!(pull <= s.alphas[k] * (1 + s.slack))) violated = k;
        }
        s.first[j] = int32_t(violated);
    }
}

static void scan(const Matrix& X, const Scan& s, idx first, idx last) {
    idx n_blocks = (last - first + COLUMN_BLOCK - 1) / COLUMN_BLOCK;
    Scratch scratch;
    double* largest = scratch.take<double>(n_blocks * s.K);
    for_each(n_blocks, double(X.n) * (last - first) * s.K, [&](idx block) {
        Scratch local;
        double* Z = local.take<double>(COLUMN_BLOCK * s.width);
        idx j0 = first + block * COLUMN_BLOCK, count = smaller(COLUMN_BLOCK, last - j0);
        products_of_block(X, s.U, s.K, s.width, j0, count, Z);
        judge(s, j0, count, Z, largest + block * s.K);
    });
    for (idx block = 0; block < n_blocks; ++block)
        for (idx k = 0; k < s.K; ++k)
            if (largest[block * s.K + k] > s.largest[k]) s.largest[k] = largest[block * s.K + k];
}

}  // namespace NB_ISA
}  // namespace normball
