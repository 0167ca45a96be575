// The partial likelihood of event times and its Hessian, in O(n) a predictor and O(n) a product.
//
// Samples stand in the order of losses/risk_sets.py. With x_j = v_j exp(eta_j), A_m and B_m the sums of
// x over the events of group m and over what is left at risk after them, the likelihood's terms are
// the sums S = B + left A, of weight c (one of them with Breslow's count, with Efron's one an event,
// left = 1 - k / d). The gradient is x_j times the sum of c / S (c left / S within the events' own
// group) over the groups up to that of j, less v_j at events. The Hessian takes from the diagonal
//
//     x_j sum over those groups of  [ c / S^2     c left   / S^2 ] [ sum of x d over the rest   ]
//     (own events: the second row)  [ c left/S^2  c left^2 / S^2 ] [ sum of x d over the events ],
//
// all sums from the last sample backwards, then forwards. Sums are relative to the largest x; where
// the square of one would vanish f counts as infinite, and a solver that keeps logarithms takes over.
// Sources: see losses/cox.py.
#pragma once

#include "vectors.hpp"

namespace normball {
namespace NB_ISA {

constexpr double LEAST_SUM = 1e-150;  // of a risk set over the largest x
constexpr int LANES = 8;              // vectors that a product takes at once

static idx end_of_group(const RiskSets& s, idx g) { return g + 1 < s.n_groups ? s.starts[g + 1] : s.n_at_risk; }

// body(c, left, S) for the terms of a group
template <class Body>
NB_INLINE void for_each_term(const RiskSets& s, idx g, double events, double rest, const Body& body) {
    idx count = s.is_efron ? s.counts[g] : 1;
    double mass = s.masses[g] / count;
    for (idx k = 0; k < count; ++k) {
        double left = 1 - double(k) / count;
        body(mass, left, rest + left * events);
    }
}

// x (n_at_risk,) over the largest exp(eta), whose logarithm is returned; A and B (n_groups,)
static double sum_risks(const RiskSets& s, const double* eta, double* x, double* events, double* rest) {
    double highest = -INFINITY, tail = 0;
    for (idx j = 0; j < s.n_at_risk; ++j) if (eta[s.order[j]] > highest) highest = eta[s.order[j]];
    for (idx j = 0; j < s.n_at_risk; ++j) x[j] = s.weight[j] * exp(eta[s.order[j]] - highest);
    for (idx g = s.n_groups - 1; g >= 0; --g) {
        idx first = s.starts[g], middle = first + s.counts[g];
        double own = 0;
        for (idx j = end_of_group(s, g) - 1; j >= middle; --j) tail += x[j];
        for (idx j = first; j < middle; ++j) own += x[j];
        rest[g] = tail;
        events[g] = own;
        tail += own;
    }
    return highest;
}

// f(eta) with its gradient and the diagonal above its Hessian, which is its majorant
static double evaluate_cox(const LossTerm& loss, const double* eta, double* gradient, double* curvature,
                           double* majorant) {
    const RiskSets& s = loss.sets;
    Scratch scratch;
    double* x = scratch.take<double>(s.n_at_risk);
    double *events = scratch.take<double>(s.n_groups), *rest = scratch.take<double>(s.n_groups);
    double highest = sum_risks(s, eta, x, events, rest), value = 0, cumulated = 0, least = INFINITY;
    for (idx l = 0; l < loss.n; ++l) gradient[l] = curvature[l] = 0;
    for (idx g = 0; g < s.n_groups; ++g) {
        double own = cumulated;
        for_each_term(s, g, events[g], rest[g], [&](double mass, double left, double sum) {
            if (!(sum >= least)) least = sum;
            value += mass * log(sum / (s.masses[g] * left));
            own += mass * left / sum;
            cumulated += mass / sum;
        });
        idx first = s.starts[g], middle = first + s.counts[g], end = end_of_group(s, g);
        for (idx j = first; j < end; ++j) {
            idx l = s.order[j];
            curvature[l] = gradient[l] = x[j] * (j < middle ? own : cumulated);
            if (j >= middle) continue;
            gradient[l] -= s.weight[j];
            value -= s.weight[j] * (eta[l] - highest);
        }
    }
    for (idx l = 0; l < loss.n; ++l) majorant[l] = curvature[l];
    return least >= LEAST_SUM ? value : INFINITY;
}

// What the Hessian at eta takes from its diagonal, times `share`; its arrays have room
static void find_hessian(const RiskSets& s, const double* eta, double share, RiskHessian& hessian) {
    hessian.sets = &s;
    sum_risks(s, eta, hessian.x, hessian.events, hessian.rest);
    for (idx g = 0; g < s.n_groups; ++g) {
        double rest = 0, cross = 0, events = 0;
        for_each_term(s, g, hessian.events[g], hessian.rest[g], [&](double mass, double left, double sum) {
            double bend = share * mass / (sum * sum);
            rest += bend;
            cross += bend * left;
            events += bend * left * left;
        });
        hessian.rest[g] = rest, hessian.cross[g] = cross, hessian.events[g] = events;
    }
}

// v <- H v for `count` <= L vectors (n,), h the diagonal of H, 0 where no risk set has the sample
template <int L>
static void multiply_risks(const RiskHessian& hessian, const double* h, idx n, double* const* v, idx count) {
    const RiskSets& s = *hessian.sets;
    Scratch scratch;
    double *d = scratch.take<double>(L * s.n_at_risk), *own = scratch.take<double>(L * s.n_groups);
    double *step = scratch.take<double>(L * s.n_groups), tail[L] = {}, sum[L];
    for (idx j = 0; j < s.n_at_risk; ++j)
        for (int k = 0; k < L; ++k) d[L * j + k] = k < count ? hessian.x[j] * v[k][s.order[j]] : 0.0;
    for (idx g = s.n_groups - 1; g >= 0; --g) {
        idx first = s.starts[g], middle = first + s.counts[g];
        for (idx j = end_of_group(s, g) - 1; j >= middle; --j) for (int k = 0; k < L; ++k) tail[k] += d[L * j + k];
        for (int k = 0; k < L; ++k) sum[k] = 0;
        for (idx j = first; j < middle; ++j) for (int k = 0; k < L; ++k) sum[k] += d[L * j + k];
        double rest = hessian.rest[g], cross = hessian.cross[g], events = hessian.events[g];
        for (int k = 0; k < L; ++k) {
            step[L * g + k] = rest * tail[k] + cross * sum[k];
            own[L * g + k] = cross * tail[k] + events * sum[k];
            tail[k] += sum[k];
        }
    }
    for (idx k = 0; k < count; ++k) for (idx l = 0; l < n; ++l) v[k][l] *= h[l];
    for (int k = 0; k < L; ++k) sum[k] = 0;
    for (idx g = 0; g < s.n_groups; ++g) {
        idx j = s.starts[g], middle = j + s.counts[g], end = end_of_group(s, g);
        for (int k = 0; k < L; ++k) own[L * g + k] += sum[k], sum[k] += step[L * g + k];
        for (; j < middle; ++j) for (idx k = 0; k < count; ++k) v[k][s.order[j]] -= hessian.x[j] * own[L * g + k];
        for (; j < end; ++j) for (idx k = 0; k < count; ++k) v[k][s.order[j]] -= hessian.x[j] * sum[k];
    }
}

// v_k <- H v_k for vectors (n,): H = diag(h), less what risk sets take from it
static void multiply_hessian(const RiskHessian* risks, const double* h, idx n, double* const* v, idx count) {
    if (!risks) {
        for (idx k = 0; k < count; ++k) for (idx l = 0; l < n; ++l) v[k][l] *= h[l];
    } else if (count == 1) {
        multiply_risks<1>(*risks, h, n, v, count);
    } else {
        for_each((count + LANES - 1) / LANES, 8.0 * count * n, [&](idx block) {
            multiply_risks<LANES>(*risks, h, n, v + block * LANES, smaller(LANES, count - block * LANES));
        });
    }
}

}  // namespace NB_ISA
}  // namespace normball
