// Block coordinate descent on  sum_k (w_k'G w_k / 2 - c_k'w_k) + alpha sum_g price_g |w_g|  over groups that
// lie together; with several outputs k the length |w_g| is over all of them.
//
// Each group is given in the coordinates in which its own block of G is diagonal, with `values` > 0.
// Group g alone, with v = r_g + values w_g and kappa = alpha price_g, is 0 if |v| <= kappa; otherwise its
// length t solves the secular equation
//     sum_i v_i^2 / (values_i t + kappa)^2 = 1,
// and w_g = t v / (values t + kappa).  Newton's method on 1 / |.| - 1, which is concave and
// increasing in t, comes from the left without overshooting (the device of trust-region solvers:
// Reinsch 1971; More and Sorensen 1983).
//
// Turns over the groups that are not 0 leave out the part of r that lies beyond the last of them, and
// bring it up to date once at their end: groups that are likely to stay 0 should come last.
#pragma once

#include "vectors.hpp"

namespace normball {
namespace NB_ISA {

class Sweeper {
public:
    explicit Sweeper(const Descent& descent) : d(descent) {
        idx widest = 1;
        for (idx g = 0; g < d.n_groups; ++g) {
            idx size = d.starts[g + 1] - d.starts[g];
            if (size > widest) widest = size;
        }
        v = scratch.take<double>(widest * d.n_outputs);
        change = scratch.take<double>(widest * d.n_outputs);
        rows = scratch.take<const double*>(widest);
        owed = scratch.take<double>(d.size * d.n_outputs);
        reach = d.size;
    }

    // From now on turns over the groups that are not 0 keep r up to date no further than the last of these.
    void narrow() {
        for (reach = d.n_groups; reach > 0 && is_zero(reach - 1);) --reach;
        reach = d.starts[reach];
        for (idx i = 0; i < d.size * d.n_outputs; ++i) owed[i] = 0;
    }

    // All of r, with what was left out since `narrow`.
    void widen() {
        for (idx g = 0; reach < d.size && d.starts[g] < reach; ++g) {
            idx start = d.starts[g], m = d.starts[g + 1] - start;
            for (idx i = 0; i < m; ++i) rows[i] = d.gram + (start + i) * d.step + reach;
            for (idx k = 0; k < d.n_outputs; ++k)
                combine(rows, owed + k * d.size + start, m, d.size - reach, d.r + k * d.size + reach);
        }
        reach = d.size;
    }

    // One turn over the groups, or over those that are not 0; the largest |D change| / price.
    double sweep(bool all) {
        double largest = 0;
        for (idx g = 0; g < d.n_groups; ++g) {
            double moved = update(g, all);
            if (moved > largest) largest = moved;
        }
        return largest;
    }

private:
    const Descent& d;
    Scratch scratch;
    double *v, *change, *owed;
    const double** rows;
    idx reach;

    bool is_zero(idx g) const {
        for (idx k = 0; k < d.n_outputs; ++k)
            for (idx i = d.starts[g]; i < d.starts[g + 1]; ++i)
                if (d.w[k * d.size + i] != 0) return false;
        return true;
    }

    double update(idx g, bool all) {
        idx start = d.starts[g], m = d.starts[g + 1] - start, K = d.n_outputs;
        const double* values = d.values + start;
        double kappa = d.alpha * d.price[g], before = 0, pull = 0, length = 0;
        for (idx k = 0; k < K; ++k)
            for (idx i = 0; i < m; ++i) {
                double w = d.w[k * d.size + start + i], r = d.r[k * d.size + start + i];
                before += w * w;
                pull += r * r;
            }
        if (before == 0 && (!all || pull <= kappa * kappa)) return 0;
        for (idx k = 0; k < K; ++k)
            for (idx i = 0; i < m; ++i) {
                idx place = k * d.size + start + i;
                v[k * m + i] = d.r[place] + values[i] * d.w[place];
                length += v[k * m + i] * v[k * m + i];
            }
        double t = length > kappa * kappa ? size_of(m, kappa, values, sqrt(before), sqrt(length)) : 0;
        double moved = 0;
        for (idx i = 0; i < m; ++i) rows[i] = d.gram + (start + i) * d.step;
        for (idx k = 0; k < K; ++k) {
            for (idx i = 0; i < m; ++i) {
                double& w = d.w[k * d.size + start + i];
                double goal = t * v[k * m + i] / (values[i] * t + kappa), step = goal - w;
                moved += values[i] * step * values[i] * step;
                change[k * m + i] = -step;
                if (reach < d.size) owed[k * d.size + start + i] -= step;
                w = goal;
            }
            combine(rows, change + k * m, m, reach, d.r + k * d.size);
        }
        return sqrt(moved) / d.price[g];
    }

    // The length of the group's optimum, from v of this length > kappa; t is where to start.
    double size_of(idx m, double kappa, const double* values, double t, double length) const {
        double highest = 0;
        for (idx i = 0; i < m; ++i) if (values[i] > highest) highest = values[i];
        double least = (length - kappa) / highest;  // the root is beyond it
        if (!(t > least)) t = least;
        for (int turn = 0; turn < 60; ++turn) {
            double square = 0, bend = 0;
            for (idx i = 0; i < m; ++i) {
                double below = 1 / (values[i] * t + kappa);
                for (idx k = 0; k < d.n_outputs; ++k) {
                    double q = v[k * m + i] * below;
                    square += q * q;
                    bend += q * q * values[i] * below;
                }
            }
            // with s = |.|, s^2 = square: the step of Newton on 1 / s - 1 is (s - 1) s^2 / bend
            double step = (sqrt(square) - 1) * square / bend;
            double next = t + step > least ? t + step : least;
            bool is_still = fabs(next - t) <= 4e-16 * next;
            t = next;
            if (is_still) break;
        }
        return t;
    }
};

// Sweeps until a turn over all groups changes less than `precision`, relative to alpha; how many were made.
static idx descend(const Descent& d) {
    Sweeper sweeper(d);
    idx count = 0;
    while (count < d.most) {
        ++count;
        if (sweeper.sweep(true) <= d.precision * d.alpha) return count;
        sweeper.narrow();
        while (count < d.most) {
            ++count;
            if (sweeper.sweep(false) <= d.precision * d.alpha) break;
        }
        sweeper.widen();
    }
    return count + 1;
}

}  // namespace NB_ISA
}  // namespace normball
