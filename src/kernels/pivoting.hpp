// Block principal pivoting on the restricted problem, with the exact homotopy as its fallback.
//
// For a support S with signs s the stationary point is w = M (c_S - alpha price s). Members whose
// sign turns leave, candidates with |z_j| > alpha price_j enter, all at once, until none does.
// That is fast and may cycle; if the number of changes fails to fall more than three times, the
// support of the previous alpha is restored and followed knot by knot (Osborne, Presnell, Turlach
// 2000; Efron et al. 2004).  Block pivoting: Judice and Pires 1994; Kim and Park 2010.
#pragma once

#include "spaces.hpp"

namespace normball {
namespace NB_ISA {

constexpr double ENTRY = 1e-11;      // relative excess over alpha that counts as rounding
constexpr double SETTLED = 1e-13;    // relative stationarity that refinement aims at
constexpr double WORN = 1e-7;        // stationarity that is not good enough
constexpr double TIRED = 1e-11;      // stationarity at which the inverse is computed anew, if that helps
constexpr double NEAR = 0.7;        // share of its price from which a candidate is looked at every time
constexpr idx APPEND_BLOCK = 48;

// One restricted problem on its way through a batch of alphas.
template <class Space> class Pivoting {
public:
    Pivoting(const Model& model_, Support& support, Batch& batch)
        : model(model_), a(support), q(batch), space(model_) {
        idx cap = a.capacity, m = q.n_candidates;
        w = scratch.take<double>(cap);
        rhs = scratch.take<double>(2 * cap);
        rates = scratch.take<double>(2 * cap);
        z = scratch.take<double>(m);
        slopes = scratch.take<double>(m);
        leaving = scratch.take<idx>(cap);
        entering = scratch.take<idx>(m > cap ? m : cap);
        entering_sign = scratch.take<double>(m > cap ? m : cap);
        before = scratch.take<idx>(cap);
        before_sign = scratch.take<double>(cap);
        near = scratch.take<idx>(m);
        n_near = 0;
        tired = TIRED;
        work_since_poll = 0;
        z_near = scratch.take<double>(m);
        blocked = scratch.take<uint8_t>(model_.m);
        held = scratch.take<double>(model_.metric_h ? model_.m : 1);
        search = scratch.take<double>(cap);
        curved = scratch.take<double>(cap);
        for (idx i = 0; i < cap; ++i) w[i] = q.start && i < a.size ? q.start[i] : 0.0;
    }

    int run() {
        double alpha_before = q.alpha_before;
        for (; q.done < q.K; ++q.done) {
            double alpha = q.alphas[q.done];
            space.alpha = alpha;
            idx size_before = a.size;
            for (idx i = 0; i < a.size; ++i) { before[i] = a.members[i]; before_sign[i] = a.sign[i]; }
            int status = model.ridge ? rebuild(before, before_sign, size_before) : DONE;
            if (status == DONE) status = pivot(alpha);
            if (status == STALLED && !model.ridge && alpha_before >= 0) {
                ++q.counters[N_FALLBACKS];
                status = retarget(before, before_sign, size_before, alpha);
                if (status == DONE) status = homotopy(alpha_before, alpha);
            }
            if (status != DONE) return status;
            report();
            alpha_before = alpha;
        }
        return DONE;
    }

    // Make `target` the support, by dropping and adding what differs; alpha is that of a ridge term.
    int retarget(const idx* target, const double* sign, idx size, double alpha) {
        space.alpha = alpha;
        if (size > a.capacity) return NEEDS_CAPACITY;
        idx n_leaving = 0;
        for (idx i = 0; i < a.size; ++i) blocked[a.members[i]] = 1;
        for (idx i = 0; i < size; ++i) blocked[target[i]] = 0;
        for (idx i = 0; i < a.size; ++i) if (blocked[a.members[i]]) leaving[n_leaving++] = i;
        if (n_leaving > a.size - n_leaving) return rebuild(target, sign, size);  // little of it would stay
        if (n_leaving && !drop(a, leaving, n_leaving)) return rebuild(target, sign, size);
        idx n_entering = 0;
        for (idx i = 0; i < size; ++i)
            if (a.position[target[i]] < 0) {
                entering[n_entering] = target[i];
                entering_sign[n_entering++] = sign[i];
            } else {
                a.sign[a.position[target[i]]] = sign[i];
            }
        return add(entering, entering_sign, n_entering, nullptr);
    }

    int rebuild(const idx* members, const double* sign, idx size) {
        if (size > a.capacity) return NEEDS_CAPACITY;
        Scratch local;
        idx* copy = local.take<idx>(size);
        double* signs = local.take<double>(size);
        for (idx i = 0; i < size; ++i) { copy[i] = members[i]; signs[i] = sign[i]; }
        for (idx i = 0; i < a.size; ++i) a.position[a.members[i]] = -1;
        a.size = 0;
        return add(copy, signs, size, nullptr);
    }

private:
    const Model& model;
    Support& a;
    Batch& q;
    Space space;
    Scratch scratch;
    double *w, *rhs, *rates, *z, *z_near, *slopes, *entering_sign, *before_sign;
    idx *leaving, *entering, *before, *near;
    idx n_near;
    double tired;  // what a new inverse can do
    double work_since_poll;
    uint8_t* blocked;
    double *held, *search, *curved;  // of the conjugate gradients

    // Looking at the keyboard costs a microsecond: seldom, where pivots are quick.
    bool is_asked_to_stop() {
        work_since_poll += 1e3 + double(a.size + n_near + 1) * (model.n + a.size);
        if (work_since_poll < 1e6) return false;
        work_since_poll = 0;
        return q.caller && q.caller->stops();
    }

    double price(idx i) const { return model.price[a.members[i]]; }

    bool is_inexact() const { return model.metric_h != nullptr; }

    // w = M (c - alpha price s), or near it
    void stationary_point(double alpha) {
        if (is_inexact()) return descend(alpha);
        for (idx i = 0; i < a.size; ++i) rhs[i] = model.c[a.members[i]] - alpha * price(i) * a.sign[i];
        multiply(a, rhs, a.size, 1, w, a.size);
    }

    // Preconditioned conjugate gradients from w on, until stationary to `precision`.
    void descend(double alpha) {
        space.gradients(a.members, a.size, a, w, true, rhs);
        for (idx i = 0; i < a.size; ++i) {
            rhs[i] -= alpha * price(i) * a.sign[i];
            if (model.ridge) rhs[i] -= alpha * model.ridge[a.members[i]] * w[i];
        }
        double before = 0;
        for (int turn = 0; turn < 100 && a.size; ++turn) {
            double worst = 0;
            for (idx i = 0; i < a.size; ++i) {
                double error = fabs(rhs[i]) / (price(i) > 0 ? price(i) : 1.0);
                if (!(error <= worst)) worst = error;
            }
            if (!(worst > model.precision * alpha)) return;
            multiply(a, rhs, a.size, 1, rates, a.size);
            double along = 0, bend = 0;
            for (idx i = 0; i < a.size; ++i) along += rhs[i] * rates[i];
            for (idx i = 0; i < a.size; ++i)
                search[i] = rates[i] + (turn ? along / before * search[i] : 0.0);
            before = along;
            ++q.counters[N_GRADIENTS];
            space.gradients(a.members, a.size, a, search, false, curved);
            for (idx i = 0; i < a.size; ++i) {
                curved[i] = -curved[i];
                if (model.ridge) curved[i] += alpha * model.ridge[a.members[i]] * search[i];
                bend += search[i] * curved[i];
            }
            if (!(bend > 0)) return;
            double step = along / bend;
            for (idx i = 0; i < a.size; ++i) {
                w[i] += step * search[i];
                rhs[i] -= step * curved[i];
            }
        }
    }

    // Weights stay with their features while members move.
    void hold_weights() {
        if (!is_inexact()) return;
        for (idx t = 0; t < q.n_candidates; ++t) held[q.candidates[t]] = 0;
        for (idx i = 0; i < a.size; ++i) held[a.members[i]] = w[i];
    }
    void place_weights() {
        if (!is_inexact()) return;
        for (idx i = 0; i < a.size; ++i) w[i] = held[a.members[i]];
    }

    // Stationarity error of the members into rhs; the largest, relative to alpha.
    double stationarity(double alpha) {
        double worst = 0;
        for (idx t = 0; t < q.n_candidates; ++t) {
            idx i = a.position[q.candidates[t]];
            if (i < 0) continue;
            double e = z[t] - alpha * price(i) * a.sign[i];
            if (model.ridge) e -= alpha * model.ridge[a.members[i]] * w[i];
            rhs[i] = e;
            double size = fabs(e) / (price(i) > 0 ? price(i) : 1.0);
            if (!(size <= worst)) worst = size;
        }
        return worst / alpha;
    }

    void evaluate() { space.gradients(q.candidates, q.n_candidates, a, w, true, z); }

    // One step of iterative refinement.
    void refine() {
        ++q.counters[N_REFINED];
        multiply(a, rhs, a.size, 1, rates, a.size);
        for (idx i = 0; i < a.size; ++i) w[i] += rates[i];
        evaluate();
    }

    // Refine until stationary; the error that is left.
    double settle(double alpha) {
        double error = stationarity(alpha);
        if (is_inexact()) return error < WORN ? error : 0.0;  // as good as asked for
        for (int turn = 0; turn < 3 && error > SETTLED; ++turn) {
            refine();
            double now = stationarity(alpha);
            bool is_stuck = !(now < 0.5 * error);
            error = now;
            if (is_stuck) break;
        }
        return error;
    }

    // Block pivoting. Most turns look only at the candidates that pull almost hard enough;
    // all are looked at once those have settled.
    int pivot(double alpha) {
        idx fewest = INT64_MAX;
        int chances = 3, n_rounds = 0;
        bool is_fresh = false, is_whole = false;
        for (idx turn = 0; turn < 300; ++turn) {
            if (is_asked_to_stop()) return INTERRUPTED;
            ++q.counters[N_PIVOTS];
            stationary_point(alpha);
            if (is_whole) evaluate();
            else space.gradients(near, n_near, a, w, true, z_near);
            idx n_leaving = 0, n_entering = 0;
            find_leaving(n_leaving);
            if (is_whole) find_entering(alpha, q.candidates, q.n_candidates, z, n_entering);
            else find_entering(alpha, near, n_near, z_near, n_entering);
            if (n_leaving + n_entering == 0 && !is_whole) {
                evaluate();
                is_whole = true;
                find_entering(alpha, q.candidates, q.n_candidates, z, n_entering);
            }
            if (is_whole && n_leaving + n_entering == 0) {
                double error = settle(alpha);
                find_leaving(n_leaving);
                find_entering(alpha, q.candidates, q.n_candidates, z, n_entering);
                bool is_worn = !(error <= WORN);
                if (is_fresh && error > tired) tired = 10 * error;
                if (is_worn && is_fresh) return STALLED;
                if (is_worn || (error > tired && !is_fresh && !is_inexact())) {
                    int status = renew();
                    if (status != DONE) return status;
                    is_fresh = true;
                    continue;
                }
                if (n_leaving + n_entering == 0) { find_near(alpha); return DONE; }
            }
            if (is_whole) {  // new features to look at: a new count of changes, but not for ever
                find_near(alpha);
                fewest = INT64_MAX;
                if (++n_rounds > 12) return STALLED;
            }
            is_whole = false;
            if (n_leaving + n_entering < fewest) {
                fewest = n_leaving + n_entering;
                chances = 3;
            } else if (--chances < 0) {
                return STALLED;
            }
            hold_weights();
            if (n_leaving && !drop(a, leaving, n_leaving)) return STALLED;
            q.counters[N_DROPPED] += n_leaving;
            idx n_added = 0;
            int status = add(entering, entering_sign, n_entering, &n_added);
            place_weights();
            if (status != DONE) return status;
            if (n_leaving + n_added == 0) return STALLED;
        }
        return STALLED;
    }

    void find_leaving(idx& n_leaving) {
        n_leaving = 0;
        // an inexact solve may leave a new member at 0 for now
        double least = is_inexact() ? -1e-300 : 0.0;
        for (idx i = 0; i < a.size; ++i) if (price(i) > 0 && !(w[i] * a.sign[i] > least)) leaving[n_leaving++] = i;
    }

    double pull(double gradient) const { return model.one_sided ? gradient : fabs(gradient); }

    void find_entering(double alpha, const idx* features, idx count, const double* gradients, idx& n_entering) {
        n_entering = 0;
        double entry = is_inexact() && model.precision > ENTRY ? model.precision : ENTRY;
        for (idx t = 0; t < count; ++t) {
            idx j = features[t];
            if (a.position[j] >= 0 || !(model.price[j] > 0)) continue;
            if (pull(gradients[t]) > alpha * model.price[j] * (1 + entry)) {
                entering[n_entering] = j;
                entering_sign[n_entering++] = gradients[t] > 0 ? 1 : -1;
            }
        }
    }

    // The candidates, members included, that may enter next.
    void find_near(double alpha) {
        n_near = 0;
        for (idx t = 0; t < q.n_candidates; ++t) {
            idx j = q.candidates[t];
            if (a.position[j] < 0 && pull(z[t]) > NEAR * alpha * model.price[j]) near[n_near++] = j;
        }
    }

    // The inverse anew, from the Gram matrix of the members.
    int renew() { return rebuild(a.members, a.sign, a.size); }

    // Append features block by block; those that depend on the support are left out.
    int add(const idx* features, const double* signs, idx count, idx* n_added) {
        if (a.size + count > a.capacity) return NEEDS_CAPACITY;
        for (idx i0 = 0; i0 < count; i0 += APPEND_BLOCK) {
            idx b = smaller(APPEND_BLOCK, count - i0);
            if (append_gram(features + i0, signs + i0, b)) {
                if (n_added) *n_added += b;
                q.counters[N_ADDED] += b;
                continue;
            }
            for (idx i = i0; i < i0 + b; ++i) {
                bool is_in = append_gram(features + i, signs + i, 1);
                q.counters[is_in ? N_ADDED : N_DEPENDENT] += 1;
                if (n_added) *n_added += is_in;
            }
        }
        return DONE;
    }

    bool append_gram(const idx* features, const double* signs, idx b) {
        Scratch local;
        double *GS = local.take<double>(b * a.size), *GG = local.take<double>(b * b);
        space.gram(features, b, a.members, a.size, GS);
        space.gram(features, b, features, b, GG);
        return append(a, features, signs, b, GS, GG, model.pivot_tolerance);
    }

    // Exact path from `alpha` down to `goal`, one knot at a time:
    // dw/dalpha = -M (price s) on the way, and z moves by X'H X_S M (price s).
    int homotopy(double alpha, double goal) {
        for (idx t = 0; t < q.n_candidates; ++t) blocked[t] = 0;
        idx last = -1, n_since_rebuild = 1;
        double last_sign = 0;
        for (idx knot = 0; knot < 20 * a.capacity + 100; ++knot) {
            if (is_asked_to_stop()) return INTERRUPTED;
            ++q.counters[N_KNOTS];
            stationary_point(alpha);
            evaluate();
            double error = settle(alpha);
            if (error > WORN && n_since_rebuild > 0) {
                int status = renew();
                if (status != DONE) return status;
                n_since_rebuild = 0;
                continue;
            }
            if (!(error < 1e-3)) return STALLED;
            find_rates();
            double step = alpha - goal, sign = 0;
            idx joining = -1, parting = -1;
            for (idx t = 0; t < q.n_candidates; ++t) {
                idx j = q.candidates[t];
                if (a.position[j] >= 0 || blocked[t] || !(model.price[j] > 0)) continue;
                for (int side = 1; side >= (model.one_sided ? 1 : -1); side -= 2) {
                    if (j == last && side == last_sign) continue;
                    double closing = model.price[j] + side * slopes[t];
                    if (closing <= 1e-9 * model.price[j]) continue;
                    double room = alpha * model.price[j] - side * z[t];
                    double reach = (room > 0 ? room : 0) / closing;
                    if (reach < step) { step = reach; joining = t; sign = side; parting = -1; }
                }
            }
            for (idx i = 0; i < a.size; ++i) {
                if (!(price(i) > 0)) continue;
                double speed = rates[i] * a.sign[i], size = w[i] * a.sign[i];
                if (speed >= 0 || (a.members[i] == last && size <= 1e-12)) continue;
                double reach = (size > 0 ? size : 0) / -speed;
                if (reach < step) { step = reach; parting = i; joining = -1; }
            }
            alpha -= step;
            ++n_since_rebuild;
            if (parting >= 0) {
                last = a.members[parting];
                last_sign = a.sign[parting];
                if (!drop(a, &parting, 1)) return STALLED;
            } else if (joining >= 0) {
                idx feature = q.candidates[joining];
                if (a.size == a.capacity) return NEEDS_CAPACITY;
                if (append_gram(&feature, &sign, 1)) {
                    last = feature;
                    last_sign = 0;
                } else {
                    blocked[joining] = 1;
                }
            } else {
                stationary_point(goal);
                evaluate();
                double left = settle(goal);
                if (left > tired && !is_inexact()) {
                    int status = renew();
                    if (status != DONE) return status;
                    stationary_point(goal);
                    evaluate();
                    left = settle(goal);
                }
                return left < WORN ? DONE : STALLED;
            }
        }
        return STALLED;
    }

    // rates = M (price s), refined; slopes = change of z per unit of falling alpha.
    // Leaves z and the direction as they were at w.
    void find_rates() {
        Scratch local;
        double *saved = local.take<double>(q.n_candidates), *correction = local.take<double>(a.size);
        for (idx t = 0; t < q.n_candidates; ++t) saved[t] = z[t];
        for (idx i = 0; i < a.size; ++i) rhs[i] = price(i) * a.sign[i];
        multiply(a, rhs, a.size, 1, rates, a.size);
        for (int turn = 0;; ++turn) {
            space.gradients(q.candidates, q.n_candidates, a, rates, false, slopes);
            double worst = 0;
            for (idx t = 0; t < q.n_candidates; ++t) {
                idx i = a.position[q.candidates[t]];
                if (i < 0) continue;
                rhs[i] = price(i) * a.sign[i] + slopes[t];
                if (fabs(rhs[i]) > worst * price(i)) worst = fabs(rhs[i]) / (price(i) > 0 ? price(i) : 1.0);
            }
            if (turn == 1 || worst < 1e-11) break;
            multiply(a, rhs, a.size, 1, correction, a.size);
            for (idx i = 0; i < a.size; ++i) rates[i] += correction[i];
        }
        for (idx t = 0; t < q.n_candidates; ++t) z[t] = saved[t];
    }

    void report() {
        idx k = q.done, cap = a.capacity;
        q.sizes[k] = a.size;
        double cw = 0, zw = 0, slope = 0, priced = 0, squared = 0, shift = 0;
        for (idx i = 0; i < a.size; ++i) {
            idx j = a.members[i];
            q.members[k * cap + i] = j;
            q.weights[k * cap + i] = w[i];
            cw += model.c[j] * w[i];
            priced += price(i) * fabs(w[i]);
            rhs[i] = price(i) * a.sign[i];
            if (model.mean) shift += model.mean[j] * w[i];
            if (model.ridge) {
                rhs[i] += model.ridge[j] * w[i];
                squared += 0.5 * model.ridge[j] * w[i] * w[i];
            }
        }
        multiply(a, rhs, a.size, 1, rates, a.size);
        for (idx i = 0; i < a.size; ++i) slope += rates[i] * rhs[i];
        for (idx t = 0; t < q.n_candidates; ++t) {
            idx i = a.position[q.candidates[t]];
            if (i >= 0) zw += z[t] * w[i];
        }
        const double found[N_FIGURES] = {slope, cw, zw, priced, squared, shift};
        for (int i = 0; i < N_FIGURES; ++i) q.figures[i * q.K + k] = found[i];
        const double* u = space.direction();
        if (u && q.U) for (idx l = 0; l < model.n; ++l) q.U[k * model.n + l] = u[l];
    }
};

}  // namespace NB_ISA
}  // namespace normball
