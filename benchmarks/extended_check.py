"""Every proof examined: random problems against a certificate in extended precision.

    python benchmarks/extended_check.py --problems 3000

needs no other solver. Single fits and paths of every loss, norm and kind of data
(`tests/support/problems.py`), whole default paths, Cox models, several classes, several responses with the
nuclear norm, and matrix completion: what each answer claims is compared with the gap that
`extended_certificate.py` and `extended_matrices.py` in `tests/support` find, which share no code with
the package. Prints a line a kind, then each contradiction, and exits with 1 if there is any.
`--kind KIND --first POSITION --problems 1` repeats one.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path as File
from time import perf_counter
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(File(__file__).resolve().parent.parent / "tests" / "support"))

import numpy as np

from extended_certificate import ExtendedProblem
from extended_claims import FACTOR, Claim
from extended_matrices import classes_gap, completion_gap, responses_gap
from normball import Classifier, ConvergenceWarning, MatrixCompletion, Path, Problem
from normball.losses import Cox
from normball.norms import L1, ElasticNet, Nuclear, SquaredL2
from normball.typing import Floats
from problem_data import DATA_KINDS
from problems import RandomProblem, hard_problem
from time_limit import time_limit

Found = Iterator[tuple[str, float, list[str]]]
"""What was examined, the gap that was claimed, and what contradicts it."""


def of_path(path: Path, exact: ExtendedProblem, form: str, levels: Floats) -> Found:
    """Every point of a path."""
    for k, level in enumerate(levels.tolist()):
        claim = Claim.of_path(path, k, form, level)
        yield f"point {k}", claim.gap, exact.examine(claim).contradictions()


def hard(position: int) -> Found:
    """A single fit or a path at four levels, any loss and norm."""
    drawn = hard_problem(position)
    exact = ExtendedProblem(**drawn.arguments)
    if drawn.is_path:
        path, form = drawn.path(), drawn.points[0].axes.form
        for label, gap, sentences in of_path(path, exact, form, np.asarray(drawn.level)):
            yield f"{drawn}, {label}", gap, sentences
    else:
        claim = Claim.of(drawn.solve())
        yield str(drawn), claim.gap, exact.examine(claim).contradictions()


def whole_path(position: int) -> Found:
    """The default path, of 40 alphas."""
    drawn = hard_problem(position)
    problem = Problem(**drawn.arguments)
    path = problem.path(40)
    yield from of_path(path, ExtendedProblem(**drawn.arguments), "alpha", path.alphas)


def cox(position: int) -> Found:
    """Event times with ties of both kinds, single fits and a path."""
    rng = np.random.default_rng([position, 3])
    data = list(DATA_KINDS)[position % len(DATA_KINDS)]
    drawn: RandomProblem = hard_problem(position)
    X, causes = DATA_KINDS[data](rng, int(rng.integers(10, 40)), int(rng.integers(3, 20)), False)
    eta = causes[:, :2].sum(axis=1)
    time = np.ceil(8 * rng.exponential(np.exp(-eta / max(float(eta.std()), 0.1))))
    y = np.where((rng.random(len(X)) < 0.7) | (np.arange(len(X)) == 0), time + 1, -time - 1)
    norm = drawn.norm if getattr(drawn.norm, "weights", None) is None else L1()
    norm = L1() if hasattr(norm, "groups") else norm
    weight = rng.exponential(size=len(X)) + 0.05 if rng.random() < 0.5 else None
    arguments = {"loss": Cox(str(rng.choice(["breslow", "efron"]))), "norm": norm, "sample_weight": weight}
    problem, exact = Problem(X, y, **arguments), ExtendedProblem(X, y, **arguments)
    label = f"{data} {X.shape}, {arguments['loss']!r}, {norm!r}"
    if problem.alpha_max == 0:  # one event, or columns that say nothing
        return
    path = problem.path(8, 1e-2)
    for point, gap, sentences in of_path(path, exact, "alpha", path.alphas):
        yield f"{label}, {point}", gap, sentences
    middle = problem.solve(alpha=float(path.alphas[4]))
    for levels in ({"budget": middle.norm}, {"target": middle.loss}):
        if middle.norm > 0:
            claim = Claim.of(problem.solve(**levels))
            yield f"{label}, {levels}", claim.gap, exact.examine(claim).contradictions()


def contradiction(claimed: float, found: tuple[float, float]) -> list[str]:
    """The sentence where a gap is more than `FACTOR` times what is claimed and what float64 leaves open."""
    gap, allowed = found
    if gap <= FACTOR * claimed + allowed or not np.isfinite(claimed):
        return []
    return [
        f"the gap is larger than claimed ({gap:.1e}; claimed {claimed:.1e}, float64 allows {allowed:.1e})"
    ]


def classes(position: int) -> Found:
    """Three to five classes."""
    rng = np.random.default_rng([position, 4])
    data = list(DATA_KINDS)[position % len(DATA_KINDS)]
    count = int(rng.integers(3, 6))
    X, causes = DATA_KINDS[data](rng, int(rng.integers(15, 50)), int(rng.integers(3, 30)), False)
    if len(X) < 2 * count:
        X, causes = np.tile(X, (4, 1)), np.tile(causes, (4, 1))
    score = causes @ rng.standard_normal((X.shape[1], count)) + rng.gumbel(size=(len(X), count))
    codes = np.concatenate([np.arange(count), score.argmax(axis=1)[count:]])
    norm = [L1(), ElasticNet(0.5), SquaredL2()][position % 3]
    weight = rng.exponential(size=len(X)) + 0.05 if rng.random() < 0.5 else np.ones(len(X))
    has_intercept = bool(rng.random() < 0.7)
    alpha = float(10 ** rng.uniform(-3, -1))
    model = Classifier(norm=norm, alpha=alpha, fit_intercept=has_intercept)
    model.fit(X, codes, sample_weight=weight)
    found = model.class_solution_.found
    truth = classes_gap(X, codes, weight, norm, has_intercept, alpha, found.W, found.b)
    yield f"{data} {X.shape}, {count} classes, {norm!r}", found.gap, contradiction(found.gap, truth)


def responses(position: int) -> Found:
    """Several responses with the nuclear norm, in all three forms."""
    rng = np.random.default_rng([position, 5])
    data = list(DATA_KINDS)[position % len(DATA_KINDS)]
    X, causes = DATA_KINDS[data](rng, int(rng.integers(8, 40)), int(rng.integers(2, 20)), False)
    q = int(rng.integers(2, 7))
    signal = causes @ rng.standard_normal((X.shape[1], 2)) @ rng.standard_normal((2, q))
    Y = signal + rng.standard_normal((len(X), q))
    weight = rng.exponential(size=len(X)) + 0.05 if rng.random() < 0.5 else np.ones(len(X))
    has_intercept = bool(rng.random() < 0.7)
    problem = _responses_problem(X, Y, has_intercept, weight)
    first = problem.solve(alpha=float(problem.alpha_max * 10 ** rng.uniform(-2, 0)))
    solutions = [first]
    if first.norm > 0:
        solutions += [problem.solve(budget=0.7 * first.norm), problem.solve(target=first.loss)]
    for each in solutions:
        truth = responses_gap(X, Y, weight, has_intercept, each.form, each.level, each.coef, each.intercept)
        gap = each.certificate.gap
        claimed = max(gap, each.certificate.infeasibility)
        yield f"{data} {X.shape}, {q} responses, {each.form}", gap, contradiction(claimed, truth)


def _responses_problem(X: Floats, Y: Floats, has_intercept: bool, weight: Floats) -> Any:
    return Problem(X, Y, norm=Nuclear(), fit_intercept=has_intercept, sample_weight=weight)


def completion(position: int) -> Found:
    """Matrices with missing entries."""
    rng = np.random.default_rng([position, 6])
    m, n = (int(x) for x in rng.integers(4, 25, 2))
    X = rng.standard_normal((m, 2)) @ rng.standard_normal((2, n)) + 0.1 * rng.standard_normal((m, n))
    X *= 10.0 ** rng.uniform(-8, 8)
    X[rng.random((m, n)) < rng.uniform(0.1, 0.6)] = np.nan
    X[0, 0] = 1.0
    model = MatrixCompletion(n_alphas=5, eps=float(10 ** rng.uniform(-3, -1))).fit(X)
    price = model.alpha_ * float((~np.isnan(X)).sum())
    yield f"{m} x {n}", model.gap_, contradiction(model.gap_, completion_gap(X, model.completed(), price))


KINDS: dict[str, Callable[[int], Found]] = {
    "hard": hard,
    "path": whole_path,
    "cox": cox,
    "classes": classes,
    "responses": responses,
    "completion": completion,
}
SHARES = {"hard": 10, "path": 3, "cox": 3, "classes": 2, "responses": 2, "completion": 1}
"""Of the problems, in parts."""


def run(kind: str, position: int, limit: float) -> tuple[int, int, list[str]]:
    """Answers examined, answers proved within 1e-8, and contradictions or a crash."""
    n_answers, n_proved, failures = 0, 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            with time_limit(limit):
                for label, gap, sentences in KINDS[kind](position):
                    n_answers, n_proved = n_answers + 1, n_proved + (gap <= 1e-8)
                    failures += [f"{label}: {sentence}" for sentence in sentences]
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}")
    return n_answers, n_proved, failures


def main() -> int:
    """Exit status: 0 if nothing contradicts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=1000, help="how many problems (default 1000)")
    parser.add_argument("--first", type=int, default=0, help="position to start at (default 0)")
    parser.add_argument("--kind", choices=tuple(KINDS), help="only these (default: all, in fixed shares)")
    parser.add_argument("--limit", type=float, default=30.0, help="seconds a problem may take (default 30)")
    arguments = parser.parse_args()
    if arguments.problems < 1 or arguments.first < 0:
        parser.error("--problems must be at least 1 and --first at least 0.")
    shares = SHARES if arguments.kind is None else {arguments.kind: 1}
    failed = 0
    for kind, share in shares.items():
        start, count = perf_counter(), max(arguments.problems * share // sum(shares.values()), 1)
        answers = proved = 0
        for position in range(arguments.first, arguments.first + count):
            n_answers, n_proved, failures = run(kind, position, arguments.limit)
            answers, proved, failed = answers + n_answers, proved + n_proved, failed + bool(failures)
            for failure in failures:
                print(f"FAILED {kind} at position {position}: {failure}", flush=True)
        print(
            f"{kind}: {count} problems, {answers} answers, {proved} of them claimed within 1e-8, "
            f"{perf_counter() - start:.0f} s",
            flush=True,
        )
    print(f"{failed} problems with contradictions or without an answer.")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
