// The losses that have a compiled form, per sample and as weighted sums, see src/normball/losses.
// Any other loss is evaluated through one callback. Sums are taken in blocks, in a fixed order.
#pragma once

#include "risk_sets.hpp"

namespace normball {
namespace NB_ISA {

constexpr double DOMAIN_ROUNDING = 1e-15;  // as in losses/domain.py
constexpr idx SAMPLES = 256;               // in a block
constexpr double SAMPLE_WORK = 30;         // multiplications that an evaluation costs

struct Sample { double value, gradient, curvature, majorant; };

// exp(x) - 1 - x, as `exp_remainder` in losses/log_link.py
static double exp_remainder(double x) {
    if (fabs(x) < 0.3) {
        double tail = 1;
        for (int k = 14; k > 2; --k) tail = 1 + x / k * tail;
        return 0.5 * x * x * tail;
    }
    return x < INFINITY ? expm1(x) - x : INFINITY;
}

// q log(q / p) - q + p
static double divergence(double q, double p) { return q > 0 ? q * exp_remainder(-log(q / p)) : p; }

// A loss gives at(eta): value and derivatives; and slack(eta, u) = l(eta) + l*(u) - u eta, inf
// outside the domain of l*, without subtracting large numbers.
struct LogisticLoss {
    static Sample at(double eta, double y, double) {
        double side = 1 - 2 * y, t = side * eta, decay = exp(-fabs(t)), share = 1 / (1 + decay);
        double curvature = decay * share * share;
        return {(t > 0 ? t : 0.0) + log1p(decay), side * (t >= 0 ? share : decay * share), curvature, curvature};
    }
    static double slack(double eta, double u, double y, double) {
        double side = 1 - 2 * y, q = side * u, t = side * eta, decay = exp(-fabs(t)), share = 1 / (1 + decay);
        if (!(q >= 0 && q <= 1 + DOMAIN_ROUNDING)) return INFINITY;
        if (q > 1) q = 1;
        return divergence(q, t >= 0 ? share : decay * share) + divergence(1 - q, t >= 0 ? decay * share : share);
    }
};

struct PoissonLoss {
    static Sample at(double eta, double y, double) {
        double mean = exp(eta);
        if (!(y > 0)) return {mean, mean, mean, mean};
        double d = eta - log(y);
        return {y * exp_remainder(d), y * expm1(d), mean, mean};
    }
    static double slack(double eta, double u, double y, double) {
        if (!(u >= -y * (1 + DOMAIN_ROUNDING))) return INFINITY;
        double s = y + u;
        return s > 0 ? s * exp_remainder(eta - log(s)) : exp(eta);
    }
};

struct HuberLoss {
    static Sample at(double eta, double y, double delta) {
        double r = eta - y, size = fabs(r), within = size > delta ? delta : size;
        double gradient = r > delta ? delta : r < -delta ? -delta : r;
        return {within * (size - 0.5 * within), gradient, size <= delta ? 1.0 : 0.0, size > delta ? delta / size : 1.0};
    }
    static double slack(double eta, double u, double y, double delta) {
        if (!(fabs(u) <= delta * (1 + DOMAIN_ROUNDING))) return INFINITY;
        double r = eta - y, size = fabs(r), p = r >= 0 ? u : -u, within = size > delta ? delta : size;
        return 0.5 * (within - p) * (within - p) + (size - within) * (p < delta ? delta - p : 0.0);
    }
};

struct GammaLoss {
    static Sample at(double eta, double y, double) {
        double d = log(y) - eta, rise = expm1(d), curvature = rise > -0.5 ? rise + 1 : exp(d);
        return {exp_remainder(d), -rise, curvature, curvature};
    }
    static double slack(double eta, double u, double y, double) {
        if (!(u <= 1 + DOMAIN_ROUNDING)) return INFINITY;
        double s = u < 1 ? 1 - u : 0.0, d = eta - log(y);
        return s > 0 ? s * exp_remainder(-d - log(s)) : exp(-d);
    }
};

// log(exp(x) + exp(y))
static double log_of_sum(double x, double y) {
    double larger = x > y ? x : y, gap = fabs(x - y);
    return gap < INFINITY ? larger + log1p(exp(-gap)) : larger;
}

struct TweedieLoss {
    static Sample at(double eta, double y, double power) {
        double a = 2 - power, c = power - 1;
        if (!(y > 0)) {
            double mean = exp(a * eta);
            return {mean / a, mean, a * mean, a * mean};
        }
        double level = log(y), size = exp(a * level), d = eta - level, up = expm1(a * d), down = expm1(-c * d);
        double curvature = size * (a * (up + 1) + c * (down + 1));
        return {size * (exp_remainder(a * d) / a + exp_remainder(-c * d) / c), size * (up - down), curvature,
                curvature};
    }
    static double slack(double eta, double u, double y, double power) {
        double a = 2 - power, c = power - 1;
        if (!(fabs(u) < INFINITY)) return INFINITY;
        if (!(y > 0)) {
            if (u < 0) return INFINITY;
            return (u > 0 ? u * exp_remainder(a * eta - log(u)) : exp(a * eta)) / a;
        }
        double level = log(y), size = exp(a * level), at = distance(u / size, a, c), step = eta - level - at;
        return size * (exp(a * at) * exp_remainder(a * step) / a + exp(-c * at) * exp_remainder(-c * step) / c);
    }
    // The d at which exp(a d) - exp(-c d) is v, as `Tweedie._root` in losses/tweedie.py
    static double distance(double v, double a, double c) {
        if (v == 0 || !(fabs(v) < INFINITY)) return 0;
        if (a == c) return asinh(0.5 * v) / a;
        double size = log(fabs(v)), alone = v > 0 ? a : -c, other = v > 0 ? -c : a;
        double d = v > 0 ? size / a : -size / c;
        if (v > 0 ? d < 0 : d > 0) d = 0;
        for (int turn = 0; turn < 60; ++turn) {
            double grows = other * d, total = log_of_sum(size, grows);
            double move = (total - alone * d) / (alone - other * exp(grows - total));
            d += move;
            if (fabs(move) <= 1e-12 * (1 + fabs(d))) break;
        }
        return d;
    }
};

// sum_i term(i) over n samples, block by block
template <class Term> static double sum_samples(idx n, const Term& term) {
    Scratch scratch;
    idx count = (n + SAMPLES - 1) / SAMPLES;
    double* parts = scratch.take<double>(count);
    for_each(count, SAMPLE_WORK * n, [&](idx block) {
        double total = 0;
        for (idx i = block * SAMPLES, end = smaller(i + SAMPLES, n); i < end; ++i) total += term(i);
        parts[block] = total;
    });
    double total = 0;
    for (idx block = 0; block < count; ++block) total += parts[block];
    return total;
}

template <class Kind>
static double evaluate_as(const LossTerm& loss, const double* eta, double* gradient, double* curvature,
                          double* majorant) {
    return sum_samples(loss.n, [&](idx i) {
        Sample s = Kind::at(eta[i], loss.y[i], loss.parameter);
        double v = loss.sample_weight[i];
        gradient[i] = v * s.gradient;
        curvature[i] = v * s.curvature;
        majorant[i] = v * s.majorant;
        return v * s.value;
    });
}

template <class Kind> static double slack_as(const LossTerm& loss, const double* eta, const double* u) {
    return sum_samples(loss.n, [&](idx i) {
        double v = loss.sample_weight[i];
        if (!(v > 0)) return u[i] == 0 ? 0.0 : INFINITY;
        return v * Kind::slack(eta[i], u[i] / v, loss.y[i], loss.parameter);
    });
}

// f(eta); its gradient, curvature and majorant (n,), weights included
static double evaluate(const LossTerm& loss, const double* eta, double* gradient, double* curvature,
                       double* majorant) {
    switch (loss.kind) {
        case LOGISTIC_LOSS: return evaluate_as<LogisticLoss>(loss, eta, gradient, curvature, majorant);
        case POISSON_LOSS: return evaluate_as<PoissonLoss>(loss, eta, gradient, curvature, majorant);
        case HUBER_LOSS: return evaluate_as<HuberLoss>(loss, eta, gradient, curvature, majorant);
        case GAMMA_LOSS: return evaluate_as<GammaLoss>(loss, eta, gradient, curvature, majorant);
        case TWEEDIE_LOSS: return evaluate_as<TweedieLoss>(loss, eta, gradient, curvature, majorant);
        case COX_LOSS: return evaluate_cox(loss, eta, gradient, curvature, majorant);
        default: return loss.evaluate(*loss.caller, eta, gradient, curvature, majorant);
    }
}

// f(eta) + f*(u) - <u, eta>
static double slack(const LossTerm& loss, const double* eta, const double* u) {
    switch (loss.kind) {
        case LOGISTIC_LOSS: return slack_as<LogisticLoss>(loss, eta, u);
        case POISSON_LOSS: return slack_as<PoissonLoss>(loss, eta, u);
        case HUBER_LOSS: return slack_as<HuberLoss>(loss, eta, u);
        case GAMMA_LOSS: return slack_as<GammaLoss>(loss, eta, u);
        case TWEEDIE_LOSS: return slack_as<TweedieLoss>(loss, eta, u);
        default: return loss.slack(*loss.caller, eta, u);
    }
}

// f(eta); -grad f (n,) into `dual`, without what the intercept sees of it (weighted by the curvatures, which are
// an output too) where `removes_ones`; NaN in `dual` where that leaves more than rounding.
// As `PathCertifier._duals` in solvers/paths/path_certificate.py.
static double find_dual(const LossTerm& loss, const double* eta, int removes_ones, int has_units, double* dual,
                        double* curvature) {
    Scratch scratch;
    idx n = loss.n;
    double value = evaluate(loss, eta, dual, curvature, scratch.take<double>(n)), total = 0, sum = 0, noise = 1e-300;
    for (idx i = 0; i < n; ++i) dual[i] = -dual[i], sum += dual[i], total += curvature[i];
    if (!removes_ones) return value;
    for (int turn = 0; turn < 2; ++turn) {
        double share = sum / total;
        sum = 0;
        for (idx i = 0; i < n; ++i) sum += dual[i] -= share * curvature[i];
    }
    for (idx i = 0; i < n; ++i)
        noise += 1e-12 * fabs(dual[i]) + 1e-14 * curvature[i] * (fabs(eta[i]) + (has_units ? fabs(loss.y[i]) : 1.0));
    if (!(fabs(sum) <= noise)) for (idx i = 0; i < n; ++i) dual[i] = NAN;
    return value;
}

// sqrt(sum_i (h_i size_i t_i)^2 + (u_i (|t_i| + level))^2), t = eta - mean, size = |eta| + level + resolution: what
// rounding does to a gap, to first order. As `Instance.uncertainties` in solvers/instance.py.
static double rounding_of_gap(const GapRounding& q, const double* eta, const double* u, const double* curvature,
                              double mean, double level) {
    auto error = [&](idx i) {
        double t = eta[i] - mean, size = fabs(eta[i]) + level + q.resolution[i];
        double moved = curvature[i] * size * t, told = u[i] * (fabs(t) + level);
        return hypot(moved, told);
    };
    double plain = sum_samples(q.n, [&](idx i) { double e = error(i); return e * e; });
    if (plain > 1e-280 && plain < INFINITY) return sqrt(plain);
    double largest = 1e-300;  // whose square is beyond floats
    for (idx i = 0; i < q.n; ++i) { double e = error(i); if (!(e <= largest)) largest = e; }
    double rest = sum_samples(q.n, [&](idx i) { double e = error(i) / largest; return e * e; });
    return largest * sqrt(rest);
}

}  // namespace NB_ISA
}  // namespace normball
