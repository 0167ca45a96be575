"""Example instances of every regulariser; the shared suites run over them.

A new class is tested by standing here: `test_every_class_has_examples` fails otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, Norm, SortedL1, SquaredL2


@dataclass(frozen=True)
class NormExample:
    """A norm and the number of features it is tried on."""

    label: str
    norm: Norm
    n_features: int


NORM_EXAMPLES = [
    NormExample("l1", L1(), 5),
    NormExample("l1-one-feature", L1(), 1),
    NormExample("l1-weighted", L1(weights=[1.0, 2.0, 0.5, 3.0]), 4),
    NormExample("l1-unpenalised", L1(weights=[0.0, 1.0, 2.0, 1.0]), 4),
    NormExample("l1-never-in", L1(weights=[1.0, np.inf, 2.0, 0.7]), 4),
    NormExample("l1-positive", L1(positive=True), 4),
    NormExample("l1-positive-weighted", L1(weights=[1.0, 2.0, np.inf], positive=True), 3),
    NormExample("l1-all-unpenalised", L1(weights=[0.0, 0.0, 0.0]), 3),
    NormExample("l1-only-one-may-enter", L1(weights=[np.inf, 1.0, np.inf]), 3),
    NormExample("l2", L2(), 5),
    NormExample("l2-one-feature", L2(), 1),
    NormExample("linf", LInf(), 5),
    NormExample("linf-one-feature", LInf(), 1),
    NormExample("lp-1.05", Lp(1.05), 4),
    NormExample("lp-4/3", Lp(4 / 3), 5),
    NormExample("lp-3", Lp(3.0), 5),
    NormExample("lp-50", Lp(50.0), 4),
    NormExample("lp-one-feature", Lp(1.5), 1),
    NormExample("squared-l2", SquaredL2(), 4),
    NormExample("elastic-net", ElasticNet(), 5),
    NormExample("squared-l2-one-feature", SquaredL2(), 1),
    NormExample("elastic-net-weighted", ElasticNet(0.6, weights=[1.0, 0.5, 2.0, 1.5]), 4),
    NormExample("elastic-net-free", ElasticNet(0.4, weights=[0.0, 1.0, 2.0, np.inf]), 4),
    NormExample("elastic-net-positive", ElasticNet(0.5, positive=True), 4),
    NormExample("elastic-net-positive-weighted", ElasticNet(0.7, weights=[1.0, 3.0, 0.5], positive=True), 3),
    NormExample("elastic-net-one-feature", ElasticNet(l1_ratio=0.3), 1),
    NormExample("elastic-net-sparse", ElasticNet(l1_ratio=0.95), 4),
    NormExample("elastic-net-round", ElasticNet(l1_ratio=0.01), 4),
    NormExample("group", GroupL2([[0, 3], [1], [2, 4, 5]]), 6),
    NormExample("group-labels-weighted", GroupL2([1, 0, 1, 0], weights=[1.0, 3.0]), 4),
    NormExample("group-all-one", GroupL2([0, 0, 0, 0]), 4),
    NormExample("group-one-feature", GroupL2([[0]], weights=[2.0]), 1),
    NormExample("group-singletons", GroupL2([[0], [1], [2]]), 3),
    NormExample("slope", SortedL1(), 5),
    NormExample("slope-linear", SortedL1(weights=[3.0, 2.0, 1.0, 0.5]), 4),
    NormExample("slope-one-feature", SortedL1(), 1),
    NormExample("slope-equal-ranks", SortedL1(weights=[2.0, 1.0, 1.0, 1.0, 0.5]), 5),
    NormExample("slope-free-tail", SortedL1(weights=[2.0, 1.0, 0.0, 0.0]), 4),
    NormExample("slope-is-l1", SortedL1(weights=[1.0, 1.0, 1.0]), 3),
    NormExample("slope-is-linf", SortedL1(weights=[1.0, 0.0, 0.0]), 3),
]
"""Small, weighted, positive and degenerate instances, convex ones only."""
