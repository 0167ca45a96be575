// Takes out of a direction u (n,) what the intercept and the unpenalised features see of it:
// u - H F s with (F'H F) s = F'u, H the Hessian and F the free columns.
#pragma once

#include "spaces.hpp"

namespace normball {
namespace NB_ISA {

template <class Columns> class FreePart {
public:
    FreePart(const Columns& columns_, idx n_, const Reweighted& q)
        : columns(columns_), n(n_), count(q.n_free), has_ones(q.fits_intercept), size(q.n_free + q.fits_intercept) {
        if (!count) return;
        F = scratch.take<double>(size * n);
        bent = scratch.take<double>(size * n);
        gram = scratch.take<double>(size * size);
        share = scratch.take<double>(size);
        is_in = scratch.take<uint8_t>(size);
        for (idx i = 0; i < count; ++i) columns.spread_column(q.free_slots[i], F + i * n);
        if (has_ones) for (idx l = 0; l < n; ++l) F[count * n + l] = 1;
    }

    void remove(const double* h, const RiskHessian* risks, double* u) {
        if (!count) {
            if (has_ones) remove_ones(h, u);
            return;
        }
        factorise(h, risks);
        for (int turn = 0; turn < 2; ++turn) {  // once more: what rounding left
            for (idx i = 0; i < size; ++i) share[i] = is_in[i] ? dot(F + i * n, u) : 0.0;
            solve();
            for (idx i = 0; i < size; ++i)
                for (idx l = 0; l < n; ++l) u[l] -= share[i] * bent[i * n + l];
        }
    }

private:
    Columns columns;
    idx n, count;
    bool has_ones;
    idx size;
    Scratch scratch;
    double *F, *bent, *gram, *share;
    uint8_t* is_in;

    double dot(const double* x, const double* y) const {
        double t = 0;
        tile_dots<1, 1>(&x, &y, n, &t);
        return t;
    }

    void remove_ones(const double* h, double* u) const {
        double sum = 0, total = 0;
        for (idx l = 0; l < n; ++l) sum += u[l], total += h[l];
        for (idx l = 0; l < n; ++l) u[l] -= h[l] * (sum / total);
    }

    // Cholesky factor of F'H F in the lower triangle; columns that depend on those before are left out.
    void factorise(const double* h, const RiskHessian* risks) {
        for (idx i = 0; i < size; ++i) {
            double* scaled = bent + i * n;
            for (idx l = 0; l < n; ++l) scaled[l] = F[i * n + l];
            multiply_hessian(risks, h, n, &scaled, 1);
            double* row = gram + i * size;
            for (idx j = 0; j <= i; ++j) row[j] = dot(scaled, F + j * n);
            double floor = 1e-12 * row[i];
            for (idx j = 0; j <= i; ++j) {
                if (j < i && !is_in[j]) { row[j] = 0; continue; }
                for (idx k = 0; k < j; ++k) row[j] -= row[k] * gram[j * size + k];
                if (j < i) row[j] /= gram[j * size + j];
            }
            is_in[i] = row[i] > floor;
            row[i] = is_in[i] ? sqrt(row[i]) : 1.0;
        }
    }

    void solve() {
        for (idx i = 0; i < size; ++i) {
            for (idx k = 0; k < i; ++k) share[i] -= gram[i * size + k] * share[k];
            share[i] = is_in[i] ? share[i] / gram[i * size + i] : 0.0;
        }
        for (idx i = size - 1; i >= 0; --i) {
            for (idx k = i + 1; k < size; ++k) if (is_in[k]) share[i] -= gram[k * size + i] * share[k];
            share[i] = is_in[i] ? share[i] / gram[i * size + i] : 0.0;
        }
    }
};

}  // namespace NB_ISA
}  // namespace normball
