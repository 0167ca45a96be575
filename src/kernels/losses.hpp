// The losses that have a compiled form, per sample and as weighted sums, see src/normball/losses.
// Any other loss is evaluated through one callback. Sums are taken in blocks, in a fixed order.
#pragma once

#include "vectors.hpp"

namespace normball {
namespace NB_ISA {

constexpr double DOMAIN_ROUNDING = 1e-15;  // as in losses/domain.py
constexpr idx SAMPLES = 256;               // in a block
constexpr double SAMPLE_WORK = 30;         // multiplications that an evaluation costs

struct Sample { double value, gradient, curvature, majorant; };

struct LogisticLoss {
    static Sample at(double eta, double y, double) {
        double side = 1 - 2 * y, t = side * eta, decay = exp(-fabs(t)), share = 1 / (1 + decay);
        double curvature = decay * share * share;
        return {(t > 0 ? t : 0.0) + log1p(decay), side * (t >= 0 ? share : decay * share), curvature, curvature};
    }
    static double conjugate(double u, double y, double) {
        double q = (1 - 2 * y) * u;
        if (!(q >= 0 && q <= 1 + DOMAIN_ROUNDING)) return INFINITY;
        return (q > 0 ? q * log(q) : 0.0) + (q < 1 ? (1 - q) * log1p(-q) : 0.0);
    }
};

struct PoissonLoss {
    static Sample at(double eta, double y, double) {
        double mean = exp(eta), linear = y > 0 && eta < INFINITY ? y * eta : 0.0;
        return {mean - linear, mean - y, mean, mean};
    }
    static double conjugate(double u, double y, double) {
        double s = u + y;
        if (!(s >= -DOMAIN_ROUNDING * y)) return INFINITY;
        return s > 0 ? s * (log(s) - 1) : 0.0;
    }
};

struct HuberLoss {
    static Sample at(double eta, double y, double delta) {
        double r = eta - y, size = fabs(r), within = size > delta ? delta : size;
        double gradient = r > delta ? delta : r < -delta ? -delta : r;
        return {within * (size - 0.5 * within), gradient, size <= delta ? 1.0 : 0.0, size > delta ? delta / size : 1.0};
    }
    static double conjugate(double u, double y, double delta) {
        return fabs(u) <= delta * (1 + DOMAIN_ROUNDING) ? u * (0.5 * u + y) : INFINITY;
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

template <class Kind> static double conjugate_as(const LossTerm& loss, const double* u) {
    return sum_samples(loss.n, [&](idx i) {
        double v = loss.sample_weight[i];
        if (!(v > 0)) return u[i] == 0 ? 0.0 : INFINITY;
        return v * Kind::conjugate(u[i] / v, loss.y[i], loss.parameter);
    });
}

// f(eta); its gradient, curvature and majorant (n,), weights included
static double evaluate(const LossTerm& loss, const double* eta, double* gradient, double* curvature,
                       double* majorant) {
    switch (loss.kind) {
        case LOGISTIC_LOSS: return evaluate_as<LogisticLoss>(loss, eta, gradient, curvature, majorant);
        case POISSON_LOSS: return evaluate_as<PoissonLoss>(loss, eta, gradient, curvature, majorant);
        case HUBER_LOSS: return evaluate_as<HuberLoss>(loss, eta, gradient, curvature, majorant);
        default: return loss.evaluate(*loss.caller, eta, gradient, curvature, majorant);
    }
}

// f*(u)
static double conjugate(const LossTerm& loss, const double* u) {
    switch (loss.kind) {
        case LOGISTIC_LOSS: return conjugate_as<LogisticLoss>(loss, u);
        case POISSON_LOSS: return conjugate_as<PoissonLoss>(loss, u);
        case HUBER_LOSS: return conjugate_as<HuberLoss>(loss, u);
        default: return loss.conjugate(*loss.caller, u);
    }
}

}  // namespace NB_ISA
}  // namespace normball
