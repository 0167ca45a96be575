// Where the restricted problem lives: in sample space on dense or sparse columns, or on a Gram matrix.
// Each space gives the candidates' gradients z = X'(b - h X w) and blocks of the Gram matrix X'H X,
// X centred by `mean`.
#pragma once

#include "inverse.hpp"
#include "risk_sets.hpp"

namespace normball {
namespace NB_ISA {

struct DenseColumns {
    const double* base;
    idx step, n;
    explicit DenseColumns(const Model& m) : base(m.dense), step(m.step), n(m.n) {}

    // out[j * stride + k] = x_{J[j]}' vectors[k]
    void inner(const idx* J, idx count, const double* const* vectors, idx b, double* out, idx stride) const {
        for_each((count + 15) / 16, double(count) * n * b, [&](idx block) {
            idx j0 = block * 16, m = smaller(16, count - j0);
            const double* columns[16];
            for (idx j = 0; j < m; ++j) {
                columns[j] = base + J[j0 + j] * step;
                for (idx k = 0; k < b; ++k) out[(j0 + j) * stride + k] = 0;
            }
            dots(columns, m, vectors, b, n, out + j0 * stride, stride);
        });
    }

    // eta = sum_i w[i] x_{S[i]}
    void combination(const idx* S, const double* w, idx s, double* eta) const {
        Scratch scratch;
        const double** columns = scratch.take<const double*>(s);
        for (idx i = 0; i < s; ++i) columns[i] = base + S[i] * step;
        for_each((n + 255) / 256, double(s) * n, [&](idx block) {
            idx start = block * 256, length = smaller(256, n - start);
            for (idx l = 0; l < length; ++l) eta[start + l] = 0;
            const double* pieces[64];
            for (idx i0 = 0; i0 < s; i0 += 64) {
                idx count = smaller(64, s - i0);
                for (idx i = 0; i < count; ++i) pieces[i] = columns[i0 + i] + start;
                combine(pieces, w + i0, count, length, eta + start);
            }
        });
    }

    double square(idx j) const {
        const double* x = base + j * step;
        double total = 0;
        tile_dots<1, 1>(&x, &x, n, &total);
        return total;
    }

    void spread_column(idx j, double* out) const {
        const double* x = base + j * step;
        for (idx l = 0; l < n; ++l) out[l] = x[l];
    }
};

constexpr double GATHERING = 3;  // multiplications of neighbours that take as long as one of scattered entries

struct SparseColumns {
    const double* data;
    const int32_t* indices;
    const idx* indptr;
    idx n;
    explicit SparseColumns(const Model& m) : data(m.data), indices(m.indices), indptr(m.indptr), n(m.n) {}

    void inner(const idx* J, idx count, const double* const* vectors, idx b, double* out, idx stride) const {
        idx entries = 0;
        for (idx j = 0; j < count; ++j) entries += indptr[J[j] + 1] - indptr[J[j]];
        for_each(count, GATHERING * entries * b, [&](idx j) {
            idx start = indptr[J[j]], end = indptr[J[j] + 1];
            for (idx k = 0; k < b; ++k) {
                const double* v = vectors[k];
                double t0 = 0, t1 = 0, t2 = 0, t3 = 0;
                idx q = start;
                for (; q + 4 <= end; q += 4) {
                    t0 += data[q] * v[indices[q]];
                    t1 += data[q + 1] * v[indices[q + 1]];
                    t2 += data[q + 2] * v[indices[q + 2]];
                    t3 += data[q + 3] * v[indices[q + 3]];
                }
                for (; q < end; ++q) t0 += data[q] * v[indices[q]];
                out[j * stride + k] = (t0 + t1) + (t2 + t3);
            }
        });
    }

    void combination(const idx* S, const double* w, idx s, double* eta) const {
        for (idx l = 0; l < n; ++l) eta[l] = 0;
        for (idx i = 0; i < s; ++i)
            for (idx q = indptr[S[i]]; q < indptr[S[i] + 1]; ++q) eta[indices[q]] += w[i] * data[q];
    }

    double square(idx j) const {
        double total = 0;
        for (idx q = indptr[j]; q < indptr[j + 1]; ++q) total += data[q] * data[q];
        return total;
    }

    void spread_column(idx j, double* out) const {
        for (idx l = 0; l < n; ++l) out[l] = 0;
        for (idx q = indptr[j]; q < indptr[j + 1]; ++q) out[indices[q]] += data[q];
    }
};

template <class Columns> class SampleSpace {
public:
    double alpha;  // of the ridge term in the Gram matrix

    explicit SampleSpace(const Model& m) : alpha(0), model(m), columns(m) {
        eta = scratch.take<double>(m.n);
        u = scratch.take<double>(m.n);
    }

    // z[j] = x_j'u over J with u = (with_target ? b : 0) - H X_S w
    void gradients(const idx* J, idx count, const Support& a, const double* w, bool with_target, double* z) {
        columns.combination(a.members, w, a.size, eta);
        double shift = 0, total = 0;
        if (model.mean) for (idx i = 0; i < a.size; ++i) shift += model.mean[a.members[i]] * w[i];
        for (idx l = 0; l < model.n; ++l) eta[l] -= shift;
        if (model.risks) multiply_hessian(model.risks, model.h, model.n, &eta, 1);
        for (idx l = 0; l < model.n; ++l) {
            double bent = model.risks ? eta[l] : model.h[l] * eta[l];
            u[l] = (with_target ? model.b[l] : 0.0) - bent;
            total += u[l];
        }
        const double* vector = u;
        columns.inner(J, count, &vector, 1, z, 1);
        if (model.mean) for (idx j = 0; j < count; ++j) z[j] -= model.mean[J[j]] * total;
    }

    // out[i, j] = Gram entry of A[i] and J[j]; out has `count` columns
    void gram(const idx* A, idx b, const idx* J, idx count, double* out) {
        const idx chunk = 16;
        const double* h = model.metric_h ? model.metric_h : model.h;
        const double* mean = model.metric_h ? model.metric_mean : model.mean;
        const RiskHessian* risks = model.metric_h ? model.metric_risks : model.risks;
        Scratch local;
        double *scaled = local.take<double>(chunk * model.n), *entries = local.take<double>(chunk * count);
        for (idx i0 = 0; i0 < b; i0 += chunk) {
            idx width = smaller(chunk, b - i0);
            const double* vectors[chunk];
            double totals[chunk], *products[chunk];
            for (idx i = 0; i < width; ++i) {
                double* v = scaled + i * model.n;
                columns.spread_column(A[i0 + i], v);
                double centre = mean ? mean[A[i0 + i]] : 0.0;
                for (idx l = 0; l < model.n; ++l) v[l] -= centre;
                vectors[i] = products[i] = v;
            }
            multiply_hessian(risks, h, model.n, products, width);
            for (idx i = 0; i < width; ++i) {
                totals[i] = 0;
                for (idx l = 0; l < model.n; ++l) totals[i] += vectors[i][l];
            }
            columns.inner(J, count, vectors, width, entries, chunk);
            for (idx i = 0; i < width; ++i)
                for (idx j = 0; j < count; ++j) {
                    double g = entries[j * chunk + i];
                    if (mean) g -= mean[J[j]] * totals[i];
                    if (model.ridge && A[i0 + i] == J[j]) g += alpha * model.ridge[J[j]];
                    out[(i0 + i) * count + j] = g;
                }
        }
    }

    const double* direction() const { return u; }

private:
    const Model& model;
    Columns columns;
    Scratch scratch;
    double *eta, *u;
};

class GramSpace {
public:
    double alpha;

    explicit GramSpace(const Model& m) : alpha(0), model(m) { all = scratch.take<double>(m.m); }

    void gradients(const idx* J, idx count, const Support& a, const double* w, bool with_target, double* z) {
        for (idx j = 0; j < model.m; ++j) all[j] = with_target ? model.c[j] : 0.0;
        for (idx i0 = 0; i0 < a.size; i0 += 16) {
            idx width = smaller(16, a.size - i0);
            const double* rows[16];
            double factors[16];
            for (idx i = 0; i < width; ++i) {
                rows[i] = model.gram + a.members[i0 + i] * model.m;
                factors[i] = -w[i0 + i];
            }
            combine(rows, factors, width, model.m, all);
        }
        for (idx j = 0; j < count; ++j) z[j] = all[J[j]];
    }

    void gram(const idx* A, idx b, const idx* J, idx count, double* out) {
        for (idx i = 0; i < b; ++i)
            for (idx j = 0; j < count; ++j) {
                double g = model.gram[A[i] * model.m + J[j]];
                if (model.ridge && A[i] == J[j]) g += alpha * model.ridge[J[j]];
                out[i * count + j] = g;
            }
    }

    const double* direction() const { return nullptr; }

private:
    const Model& model;
    Scratch scratch;
    double* all;
};

}  // namespace NB_ISA
}  // namespace normball
