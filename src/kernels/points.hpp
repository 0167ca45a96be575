// Points of a path: weights at stored columns, the predictor, and the loss with its derivatives there.
#pragma once

#include "losses.hpp"
#include "spaces.hpp"

namespace normball {
namespace NB_ISA {

struct Point {
    idx size;
    idx* slots;
    double *weights, *eta, *gradient, *curvature, *majorant;
    double intercept, loss, sums, squares;
    double norm() const { return sums + squares; }
    double objective(double alpha) const { return loss + alpha * norm(); }
};

static void swap(Point& x, Point& y) { Point other = x; x = y; y = other; }

template <class Columns> class Points {
public:
    idx room;      // a point between two holds the features of both
    double* held;  // (m,) weights of the point that is held, at their slots; 0 at the other candidates

    Points(const Model& model_, const Columns& columns_, const LossTerm& loss_, idx capacity)
        : room(2 * capacity), model(model_), columns(columns_), loss(loss_) {
        held = scratch.take<double>(model.m);
    }

    Point make() {
        Point point = Point();
        point.slots = scratch.take<idx>(room);
        point.weights = scratch.take<double>(room);
        point.eta = scratch.take<double>(model.n);
        point.gradient = scratch.take<double>(model.n);
        point.curvature = scratch.take<double>(model.n);
        point.majorant = scratch.take<double>(model.n);
        return point;
    }

    void copy(const Point& from, Point& to) const {
        Point arrays = to;
        to = from;
        to.slots = arrays.slots, to.weights = arrays.weights, to.eta = arrays.eta;
        to.gradient = arrays.gradient, to.curvature = arrays.curvature, to.majorant = arrays.majorant;
        for (idx i = 0; i < from.size; ++i) to.slots[i] = from.slots[i], to.weights[i] = from.weights[i];
        for (idx l = 0; l < model.n; ++l) {
            to.eta[l] = from.eta[l];
            to.gradient[l] = from.gradient[l];
            to.curvature[l] = from.curvature[l];
            to.majorant[l] = from.majorant[l];
        }
    }

    void read(const SparsePoint& from, Point& to) {
        to.size = from.size;
        to.intercept = from.intercept;
        for (idx i = 0; i < from.size; ++i) to.slots[i] = from.slots[i], to.weights[i] = from.weights[i];
        place(to);
    }

    // Predictor, loss and both parts of R, given the weights and the intercept.
    void place(Point& point) {
        columns.combination(point.slots, point.weights, point.size, point.eta);
        for (idx l = 0; l < model.n; ++l) point.eta[l] += point.intercept;
        value(point);
    }

    void value(Point& point) {
        point.sums = point.squares = 0;
        for (idx i = 0; i < point.size; ++i) {
            double w = point.weights[i];
            point.sums += model.price[point.slots[i]] * fabs(w);
            if (model.ridge) point.squares += 0.5 * model.ridge[point.slots[i]] * w * w;
        }
        point.loss = evaluate(loss, point.eta, point.gradient, point.curvature, point.majorant);
    }

    // Weights of a point at their slots; to be taken off again.
    void hold(const Point& point) { for (idx i = 0; i < point.size; ++i) held[point.slots[i]] = point.weights[i]; }
    void release(const Point& point) { for (idx i = 0; i < point.size; ++i) held[point.slots[i]] = 0; }

    // The point `steps` further along the secant from the earlier point.
    void extrapolate(const Point& now, const Point& earlier, double steps, Point& goal) {
        hold(earlier);
        goal.size = 0;
        for (idx i = 0; i < now.size; ++i) {
            idx j = now.slots[i];
            double w = now.weights[i] + steps * (now.weights[i] - held[j]);
            // a weight that would cross zero is about to leave
            if (w * now.weights[i] <= 0 && model.price[j] > 0) continue;
            goal.slots[goal.size] = j;
            goal.weights[goal.size++] = w;
        }
        release(earlier);
        goal.intercept = now.intercept + steps * (now.intercept - earlier.intercept);
        place(goal);
    }

    // `goal` becomes the point at this share of the way to it, whose predictor is `eta`.
    void meet(const Point& now, Point& goal, double share, const double* eta) {
        for (idx i = 0; i < now.size; ++i) held[now.slots[i]] = NAN;  // not met at the goal
        for (idx i = 0; i < goal.size; ++i) held[goal.slots[i]] = share * goal.weights[i];
        for (idx i = 0; i < now.size; ++i) {
            idx j = now.slots[i];
            bool is_met = held[j] == held[j];
            if (!is_met) goal.slots[goal.size++] = j;
            held[j] = (1 - share) * now.weights[i] + (is_met ? held[j] : 0.0);
        }
        for (idx i = 0; i < goal.size; ++i) {
            goal.weights[i] = held[goal.slots[i]];
            held[goal.slots[i]] = 0;
        }
        goal.intercept = (1 - share) * now.intercept + share * goal.intercept;
        for (idx l = 0; l < model.n; ++l) goal.eta[l] = eta[l];
        value(goal);
    }

private:
    const Model& model;
    const Columns& columns;
    const LossTerm& loss;
    Scratch scratch;
};

}  // namespace NB_ISA
}  // namespace normball
