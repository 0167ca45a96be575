// Proximal Newton for a loss with a curvature, among candidates, through a batch of alphas.
//
// At the predictor eta the loss is replaced by its quadratic model, whose intercept is eliminated
// by centring X with the curvatures h; pivoting solves it among the candidates that pull almost
// hard enough, an Armijo search on the true objective takes the step. The inverse on the support
// is kept from model to model as the preconditioner of conjugate gradients, and computed anew when
// the curvatures have moved too far; a model is solved only as precisely as the point deserves.
// All candidates are looked at only where the others might have reached alpha since the last time.
// The first point at an alpha is the secant of the last two, extrapolated in log(alpha), where
// that lowers the objective: it is a Newton step ahead of the last point itself.
// Source for the outer iteration: Lee, Sun, Saunders, SIAM J. Optim. 24 (2014); for inexact
// models: Byrd, Nocedal, Oztoprak, Math. Program. 157 (2016).
#pragma once

#include "free_part.hpp"
#include "pivoting.hpp"
#include "points.hpp"

namespace normball {
namespace NB_ISA {

constexpr int MAX_MODELS = 40;
constexpr double LEAST_CAUTION = 1e-6;   // share of the majorant that a model keeps at least
constexpr double WORTH_A_GAP = 30;       // multiple of the tolerance from which an estimated gap is worth evaluating
constexpr double STILL = 1e-6;           // descent, relative to the scale, below which it is evaluated in any case
constexpr double SHARE_OF_ERROR = 0.03;  // to which share of the present error a model is solved
constexpr idx MANY_GRADIENTS = 20;       // in one model, after which the inverse is computed anew

// The Hessian of a partial likelihood with room for its numbers; null for other losses
struct RiskRoom {
    RiskHessian hessian, *held;
    explicit RiskRoom(const RiskSets& sets) : hessian(), held(sets.n_groups ? &hessian : nullptr) {
        if (!held) return;
        hessian.x = scratch.take<double>(sets.n_at_risk);
        hessian.rest = scratch.take<double>(sets.n_groups);
        hessian.cross = scratch.take<double>(sets.n_groups);
        hessian.events = scratch.take<double>(sets.n_groups);
    }
private:
    Scratch scratch;
};

template <class Columns> class Reweighting {
public:
    Reweighting(const Model& model_, Support& support, Reweighted& batch)
        : model(model_), a(support), q(batch), columns(model_), free_part(columns, model_.n, batch),
          points(model, columns, batch.loss, support.capacity), now(points.make()), goal(points.make()),
          before(points.make()), earlier(points.make()), bend(batch.loss.sets), metric_bend(batch.loss.sets),
          work_since_poll(0) {
        idx n = model.n, room = points.room;
        direction = scratch.take<double>(n);
        target = scratch.take<double>(n);
        h = scratch.take<double>(n);
        way = scratch.take<double>(n);
        known = scratch.take<double>(n);
        start = scratch.take<double>(room);
        signs = scratch.take<double>(room);
        z = scratch.take<double>(q.n_candidates);
        near = scratch.take<idx>(q.n_candidates);
        unknown = scratch.take<idx>(q.n_candidates);
        held = points.held;
        longest = 0;
        for (idx t = 0; t < q.n_candidates; ++t) {
            idx j = near[t] = q.candidates[t];
            held[j] = 0;
            longest = larger_of(longest, sqrt(columns.square(j)) * q.inverse_price[j]);
        }
        n_near = q.n_candidates;
        is_centred = q.fits_intercept || bend.held;
        model.mean = is_centred ? q.mean : nullptr;
        model.risks = bend.held;
        model.metric_risks = metric_bend.held;
        q.is_worn = q.is_worn || bend.held;  // the metric's risk sets are not kept from batch to batch
    }

    int run() {
        if (q.now.size > a.capacity || q.earlier.size > a.capacity) return NEEDS_CAPACITY;
        points.read(q.now, now);
        bool has_earlier = q.alpha_earlier > q.alpha_before;
        if (has_earlier) points.read(q.earlier, earlier);
        double alpha_before = q.alpha_before, alpha_earlier = q.alpha_earlier;
        for (; q.done < q.K; ++q.done) {
            double alpha = q.alphas[q.done];
            points.copy(now, before);
            if (has_earlier && alpha_before > alpha && now.size) {
                points.extrapolate(now, earlier,
                                   smaller_of(log(alpha_before / alpha) / log(alpha_earlier / alpha_before), 2), goal);
                if (goal.objective(alpha) < now.objective(alpha)) swap(goal, now);
            }
            int status = solve_one(alpha);
            if (status != DONE) return status;
            if (now.size > a.capacity) return NEEDS_CAPACITY;
            report();
            has_earlier = alpha_before > alpha;
            swap(before, earlier);
            alpha_earlier = alpha_before;
            alpha_before = alpha;
        }
        return DONE;
    }

private:
    typedef Pivoting<SampleSpace<Columns> > Pivot;

    Model model;
    Support& a;
    Reweighted& q;
    Columns columns;
    FreePart<Columns> free_part;
    Points<Columns> points;
    Point now, goal, before, earlier;
    RiskRoom bend, metric_bend;
    bool is_centred;
    double work_since_poll;
    Scratch scratch;
    double *direction, *target, *h, *way, *known, *start, *signs, *z, *held;
    idx *near, *unknown;
    idx n_near;
    double alpha, total, largest, unmet, worth, far, longest;

    static double smaller_of(double x, double y) { return x < y ? x : y; }
    static double larger_of(double x, double y) { return x > y ? x : y; }

    bool is_asked_to_stop() {
        work_since_poll += 1e4 + double(n_near + 100) * model.n;
        if (q.caller->has_failed) return true;
        if (work_since_poll < 1e6) return false;
        work_since_poll = 0;
        return q.caller->stops();
    }

    // Move `now` to the optimum. Features that do not pull almost hard enough are looked at
    // when the others have settled.
    int solve_one(double alpha_) {
        alpha = alpha_;
        double best = INFINITY, lowered = INFINITY;
        int n_stalled = 0;
        for (int turn = 0; turn < MAX_MODELS; ++turn) {
            if (is_asked_to_stop()) return INTERRUPTED;
            linearise();
            bool is_whole = n_near == q.n_candidates;
            look(near, n_near);
            if (is_close(lowered) && !is_whole && !stay_below()) {
                is_whole = true;
                look(q.candidates, q.n_candidates);
            }
            double gap = INFINITY;
            if (is_close(lowered)) {
                gap = relative_gap();
                n_stalled = gap < 0.5 * best ? 0 : n_stalled + 1;
                best = smaller_of(gap, best);
            }
            if (is_whole) find_near();
            points.release(now);
            if (gap <= q.tolerance || (n_stalled >= 3 && gap <= 1e3 * q.tolerance)) return DONE;
            if (n_stalled > 8 || !is_finite()) return STALLED;
            int status = minimise_model();
            if (status == STALLED && q.caution < 1) {  // too wild a model: one that keeps more of the majorant
                q.caution = smaller_of(larger_of(100 * q.caution, 1e-2), 1);
                continue;
            }
            if (status != DONE) return status;
            double objective = now.objective(alpha);
            if (!search_line()) ++n_stalled;
            lowered = objective - now.objective(alpha);
        }
        return STALLED;
    }

    bool is_finite() const {
        for (idx l = 0; l < model.n; ++l) if (!(fabs(now.eta[l]) < INFINITY)) return false;
        return true;
    }

    // Curvatures of the model: the loss's own, with a share of the majorant where it is straight;
    // and -grad f, made orthogonal to what is unpenalised.
    void linearise() {
        if (bend.held) return linearise_risks();
        double highest = 1e-300;
        for (idx l = 0; l < model.n; ++l) {
            h[l] = larger_of(now.curvature[l], q.caution * now.majorant[l]);
            highest = larger_of(highest, h[l]);
            direction[l] = -now.gradient[l];
        }
        total = 0;
        for (idx l = 0; l < model.n; ++l) {
            if (q.loss.sample_weight[l] > 0) h[l] = larger_of(h[l], 1e-12 * highest);
            total += h[l];
        }
        free_part.remove(h, nullptr, direction);
    }

    // The same for risk sets, whose majorant is the diagonal of the Hessian.
    void linearise_risks() {
        double share = q.caution > LEAST_CAUTION ? 1 - q.caution : 1.0;
        find_hessian(q.loss.sets, now.eta, share, bend.hessian);
        total = 0;
        for (idx l = 0; l < model.n; ++l) {
            total += h[l] = now.curvature[l];
            direction[l] = -now.gradient[l];
        }
        free_part.remove(h, bend.held, direction);
    }

    // Pulls over prices into z, the largest, the largest unmet condition relative to alpha, and what
    // the pulls are worth at the weights.
    void look(const idx* slots, idx count) {
        const double* vector = direction;
        columns.inner(slots, count, &vector, 1, z, 1);
        points.hold(now);
        largest = unmet = worth = 0;
        for (idx t = 0; t < count; ++t) {
            idx j = slots[t];
            double w = held[j];
            if (model.price[j] > 0) worth += w * z[t];
            double gradient = model.ridge ? z[t] - alpha * model.ridge[j] * w : z[t];
            double pull = gradient * q.inverse_price[j];
            if (!model.one_sided) pull = fabs(pull);
            z[t] = pull;
            if (!(pull <= largest)) largest = pull;
            bool is_in = w != 0 && model.price[j] > 0;
            double error = is_in ? fabs(pull - alpha) : pull - alpha;
            if (!(error <= unmet)) unmet = error;
        }
        unmet /= alpha;
    }

    // What a model is to know, after a look at all; and what the others pull at most.
    void find_near() {
        n_near = 0;
        far = 0;
        for (idx t = 0; t < q.n_candidates; ++t) {
            idx j = q.candidates[t];
            if (held[j] != 0 || z[t] > NEAR * alpha || !(model.price[j] > 0)) near[n_near++] = j;
            else far = larger_of(far, z[t]);
        }
        for (idx l = 0; l < model.n; ++l) known[l] = direction[l];
    }

    // Whether the features that are not near cannot have reached alpha since the last look at all:
    // |x_j'(u - known)| <= |x_j| |u - known|.
    bool stay_below() const {
        double square = 0;
        for (idx l = 0; l < model.n; ++l) square += (direction[l] - known[l]) * (direction[l] - known[l]);
        return far + longest * sqrt(square) <= (1 - 1e-9) * alpha;
    }

    // Whether the gap may be small enough: to first order it is at most unmet alpha R.
    bool is_close(double lowered) const {
        return unmet * alpha * now.norm() <= WORTH_A_GAP * q.tolerance * q.scale || lowered <= STILL * q.scale;
    }

    // As `SeparableCertifier` in solvers/path_certificate.py.
    double relative_gap() {
        double scaling = alpha / larger_of(largest, alpha);
        for (idx l = 0; l < model.n; ++l) target[l] = -scaling * direction[l];
        double paid = alpha * (now.sums + (1 + scaling * scaling) * now.squares);
        double gap = fabs(slack(q.loss, now.eta, target) + paid - scaling * worth);
        return gap < INFINITY ? gap / q.scale : INFINITY;
    }

    // Minimum of the quadratic model over the near features into `goal`.
    int minimise_model() {
        double shift = 0, precision = smaller_of(SHARE_OF_ERROR * unmet, unmet * unmet);
        for (idx l = 0; l < model.n; ++l) target[l] = now.eta[l];
        multiply_hessian(bend.held, h, model.n, &target, 1);
        for (idx l = 0; l < model.n; ++l) shift += target[l] -= now.gradient[l];
        shift = q.fits_intercept ? shift / total : 0.0;
        if (q.fits_intercept) for (idx l = 0; l < model.n; ++l) target[l] -= h[l] * shift;
        model.b = target;
        model.h = h;
        model.precision = smaller_of(larger_of(precision, 1e-15), 1e-2);
        if (is_centred) find_means(h, total, near, n_near, q.mean);
        set_metric();
        for (idx i = 0; i < now.size; ++i) {
            double w = now.weights[i];
            signs[i] = !(model.price[now.slots[i]] > 0) ? 0.0 : w > 0 ? 1.0 : w < 0 ? -1.0 : 0.0;
        }
        if (q.is_worn) {
            for (idx i = 0; i < a.size; ++i) a.position[a.members[i]] = -1;
            a.size = 0;
        }
        Batch one = Batch();
        one.candidates = near;
        one.n_candidates = n_near;
        one.alphas = &alpha;
        one.K = 1;
        one.alpha_before = -1;
        one.caller = q.caller;
        int status = Pivot(model, a, one).retarget(now.slots, signs, now.size, alpha);
        if (status != DONE) return status;
        points.hold(now);
        for (idx i = 0; i < a.size; ++i) start[i] = held[a.members[i]];
        points.release(now);
        one.start = start;
        double figures[N_FIGURES];
        one.sizes = &goal.size;
        one.members = goal.slots;
        one.weights = goal.weights;
        one.figures = figures;
        status = Pivot(model, a, one).run();
        for (int i = 0; i < N_COUNTERS; ++i) q.counters[i] += one.counters[i];
        q.is_worn = status != DONE || one.counters[N_GRADIENTS] > MANY_GRADIENTS;
        if (status != DONE) return status;
        q.slope = figures[SLOPE];
        goal.intercept = shift;
        idx kept = 0;
        for (idx i = 0; i < goal.size; ++i) {
            idx j = goal.slots[i];
            double w = goal.weights[i];
            if (w == 0 && model.price[j] > 0) continue;
            goal.slots[kept] = j;
            goal.weights[kept++] = w;
            if (q.fits_intercept) goal.intercept -= q.mean[j] * w;
        }
        goal.size = kept;
        points.place(goal);
        return DONE;
    }

    void find_means(const double* weights, double sum, const idx* slots, idx count, double* mean) {
        columns.inner(slots, count, &weights, 1, z, 1);
        for (idx t = 0; t < count; ++t) mean[slots[t]] = z[t] / sum;
    }

    // Precondition with the curvatures of an earlier model, or with these where those are worn.
    void set_metric() {
        model.metric_h = q.metric;
        model.metric_mean = is_centred ? q.metric_mean : nullptr;
        if (q.is_worn) {
            ++q.age;
            for (idx l = 0; l < model.n; ++l) q.metric[l] = h[l];
            if (bend.held) copy_bend();
        }
        if (!is_centred) return;
        double sum = 0;
        for (idx l = 0; l < model.n; ++l) sum += q.metric[l];
        idx count = 0;
        for (idx t = 0; t < n_near; ++t)
            if (q.metric_age[near[t]] != q.age) q.metric_age[unknown[count++] = near[t]] = q.age;
        find_means(q.metric, sum, unknown, count, q.metric_mean);
    }

    void copy_bend() {
        const RiskSets& sets = q.loss.sets;
        const RiskHessian &from = bend.hessian, &to = metric_bend.hessian;
        metric_bend.hessian.sets = from.sets;
        for (idx j = 0; j < sets.n_at_risk; ++j) to.x[j] = from.x[j];
        for (idx g = 0; g < sets.n_groups; ++g)
            to.rest[g] = from.rest[g], to.cross[g] = from.cross[g], to.events[g] = from.events[g];
    }

    // Armijo search from `now` to `goal`, the full step first; false if nothing descends.
    bool search_line() {
        double from = now.objective(alpha), slope = alpha * (goal.norm() - now.norm());
        for (idx l = 0; l < model.n; ++l) slope += now.gradient[l] * (goal.eta[l] - now.eta[l]);
        double rounding = 1e-15 * (fabs(from) + q.scale), share = 1;
        auto descends = [&](double loss) {
            // R is convex: its value on the way is at most the interpolated one
            double reached = loss + alpha * ((1 - share) * now.norm() + share * goal.norm());
            return reached <= from + 1e-4 * share * smaller_of(slope, 0) + rounding;
        };
        if (descends(goal.loss)) {
            swap(now, goal);
            q.caution = larger_of(0.1 * q.caution, LEAST_CAUTION);
            return true;
        }
        for (int turn = 1; turn < 40 && !q.caller->has_failed; ++turn) {
            share *= 0.5;
            for (idx l = 0; l < model.n; ++l) way[l] = now.eta[l] + share * (goal.eta[l] - now.eta[l]);
            if (!descends(evaluate(q.loss, way, target, h, direction))) continue;
            q.caution = smaller_of(10 * q.caution, 1);
            points.meet(now, goal, share, way);
            swap(now, goal);
            return true;
        }
        return false;
    }

    void report() {
        idx k = q.done, cap = a.capacity;
        q.sizes[k] = now.size;
        for (idx i = 0; i < now.size; ++i) {
            q.members[k * cap + i] = now.slots[i];
            q.weights[k * cap + i] = now.weights[i];
        }
        q.intercepts[k] = now.intercept;
        q.losses[k] = now.loss;
        q.norms[k] = now.norm();
        q.slopes[k] = q.slope;
    }
};

}  // namespace NB_ISA
}  // namespace normball
