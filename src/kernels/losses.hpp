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
        default: return loss.slack(*loss.caller, eta, u);
    }
}

}  // namespace NB_ISA
}  // namespace normball
