"""The problem in the user's hands: data, loss and norm; solved in any of the three forms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .answers.cheaper import Cheaper, find_cheaper
from .answers.solution import Solution, solution_of, warn_if_loose
from .blocks.scan import is_stored
from .blocks.summary import Stored, Summary
from .cached import cached_property
from .designs import Design
from .inputs.alpha_scale import Fraction
from .inputs.reading import FORMS, check_size, read_form, read_names, read_weights
from .inputs.tables import find_name, numbered_names, read_table, read_vector
from .losses import Loss, get_loss
from .norms import Norm, get_norm
from .norms.matrices import MatrixNorm
from .parameters import read_count, read_flag, read_positive
from .solvers.ends.fits import null_point
from .solvers.generic.face_newton import Point
from .solvers.in_turn import solve_one
from .solvers.instance import Instance
from .solvers.threads import suitable_threads
from .solvers.workspace import Answer, Options
from .typing import ArrayLike, Floats, Indices

if TYPE_CHECKING:
    from .answers.path import Path


class Problem:
    """Fit y by X w + b with a loss f and a regulariser R.

    Three forms of one frontier: minimise f + alpha R (penalty), minimise f subject to
    R <= budget, or minimise R subject to f <= target. f is the weighted *mean* loss;
    squared error is (y - eta)^2 / 2. The intercept is never penalised.

    Parameters
    ----------
    X : (n, p) array, SciPy sparse matrix, or data frame (pandas, polars, PyArrow); or a path, or `nb.scan`
        Never modified; a sparse matrix is never made dense. Parquet, Feather and Arrow files whose rows
        do not fit in memory are read in one pass, for squared error.
    y : (n,) array or series; the name of a column of a file
        Response: any number for squared error, Huber and quantile, 0 or 1 for logistic, >= 0 for Poisson
        and Tweedie, > 0 for Gamma, (time, event) pairs (n, 2) for Cox. For a norm of matrices Y (n, q).
    loss : str or Loss, default "squared_error"
    norm : str or Norm, default "l1"
        With `norms.Nuclear()` the coefficients are a matrix (p, q), and what is made is a `MatrixProblem`.
    fit_intercept : bool, default True
    sample_weight : (n,) array >= 0, optional; the name of a column of a file
        Relative weights; only their ratios matter. Rows of weight 0 are left out.
    feature_names : sequence of str, optional
        Default: the columns of the data frame, or x0, x1, ...

    Raises
    ------
    TypeError, ValueError
        One sentence naming the argument, what was given and what is accepted.

    Attributes
    ----------
    summary : Summary, or None where all rows are in memory
        Else the rows of the instance are few, with the same second moments as those of the source:
        for squared error they are the same problem (see `blocks/equal_rows.py`).
    """

    summary: Summary | None

    def __new__(cls, *args: Any, **keywords: Any) -> Any:
        """A `MatrixProblem` for a norm of matrices, a `StreamedProblem` for classes and counts in blocks."""
        norm = args[3] if len(args) > 3 else keywords.get("norm")
        if is_stored(args[0] if args else keywords.get("X")):
            from .several.streamed_problem import streamed

            found = streamed(*args, **keywords)
            return object.__new__(cls) if found is None else found
        if not isinstance(norm, MatrixNorm):
            return object.__new__(cls)
        from .several.matrix_problem import MatrixProblem

        return MatrixProblem(*args, **keywords)

    def __init__(
        self,
        X: ArrayLike,
        y: ArrayLike,
        loss: str | Loss = "squared_error",
        norm: str | Norm | MatrixNorm = "l1",
        fit_intercept: bool = True,
        sample_weight: ArrayLike | None = None,
        feature_names: Any = None,
    ) -> None:
        assert not isinstance(norm, MatrixNorm)  # it made a MatrixProblem
        self.loss, self.norm = get_loss(loss), get_norm(norm)
        self.fit_intercept = read_flag(fit_intercept, "fit_intercept")
        stored: Stored | None = None
        if isinstance(X, Stored) or is_stored(X):
            from .blocks.stored import read_stored

            stored = (
                X if isinstance(X, Stored) else read_stored(X, y, self.loss, sample_weight, feature_names)
            )
            X, y, sample_weight, feature_names = stored.X, stored.y, stored.sample_weight, stored.names
        self.summary = None if stored is None else stored.summary
        table = read_table(X)
        n, p = table.design.shape
        self._names = read_names(table.names, feature_names, p)
        self.norm.check(p)
        response = read_vector(self.loss.encode_response(y), "y", n)
        self.loss.check_response(response)
        check_size(response, "y")
        design, weights = table.design, read_weights(sample_weight, n)
        if not weights.all():  # a row without weight is no row: it must not ask for an exact fit either
            seen = np.flatnonzero(weights)
            design, response, weights = design.rows(seen), response[seen], weights[seen]
        self.instance = Instance(design, response, self.loss, self.norm, weights, self.fit_intercept)
        self.fit_intercept = self.instance.fit_intercept  # none where the loss does not see it
        if self.fit_intercept:
            _ = self.instance.null_intercept  # refuses responses without a best constant
        if stored is not None and stored.summary is not None:
            gram, means = stored.moments(self.fit_intercept)
            self.instance.keep_gram(gram, means)

    # ---- facts ----------------------------------------------------------------------
    @property
    def n_samples(self) -> int:
        """n, rows of X; of a summary those that it stands for."""
        return self.instance.n_samples if self.summary is None else self.summary.n_rows

    @property
    def n_features(self) -> int:
        """p, columns of X."""
        return self.instance.n_features

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """(p,) names of the columns, x0, x1, ... where they have none; made when first asked for."""
        return numbered_names(self.n_features) if self._names is None else self._names

    @property
    def design(self) -> Design:
        """How X is held."""
        return self.instance.design

    @cached_property
    def alpha_max(self) -> float:
        """Smallest alpha at which every penalised coefficient is zero; inf where there is none (ridge)."""
        self._require_convex("alpha_max")
        return null_point(self.instance).alpha

    def loss_at(self, w: ArrayLike, intercept: float | None = None) -> float:
        """f at weights w (p,); with the best intercept for them where none is given."""
        w, b = self._point(w, intercept)
        return self.instance.value(self.instance.predictor(w, b))

    def gradient(self, w: ArrayLike, intercept: float | None = None) -> Floats:
        """grad f (p,) at weights w (p,); with the best intercept for them where none is given."""
        w, b = self._point(w, intercept)
        return self.design.rmatvec(self.instance.gradient(self.instance.predictor(w, b)))

    def _point(self, w: ArrayLike, intercept: float | None) -> tuple[Floats, float]:
        weights = read_vector(w, "w", self.n_features, "feature") if self.n_features else np.zeros(0)
        if intercept is not None:
            return weights, float(read_vector([intercept], "intercept", 1)[0])
        start = self.instance.null_intercept if self.fit_intercept else 0.0
        return weights, self.instance.best_intercept(self.design.matvec(weights), start)

    def feature_position(self, feature: int | str) -> int:
        """Position of a feature given by name or position."""
        return find_name(self.feature_names, feature)

    def design_of(self, X: ArrayLike) -> Design:
        """New rows as a design, checked to have the features of this problem."""
        table = read_table(X)
        if table.design.shape[1] != self.n_features:
            raise ValueError(f"X has {table.design.shape[1]} features but {self.n_features} were fitted.")
        if table.names is not None and self._names is not None and table.names != self._names:
            wrong = next((a, b) for a, b in zip(table.names, self._names, strict=True) if a != b)
            raise ValueError(f"X has column {wrong[0]!r} where {wrong[1]!r} was fitted; reorder the columns.")
        return table.design

    # ---- solving --------------------------------------------------------------------
    def solve(
        self,
        alpha: float | Fraction | None = None,
        budget: float | None = None,
        target: float | None = None,
        *,
        tol: float = 1e-8,
        max_iterations: int = 100,
        start: Solution | None = None,
    ) -> Solution:
        """Solve in one of the three forms; give exactly one of alpha, budget and target.

        Parameters
        ----------
        alpha : float >= 0 or Fraction
            Penalty strength; `nb.fraction(0.1)` is a tenth of `alpha_max`. 0 gives the
            least-norm weights among the best fits, the limit alpha -> 0.
        budget : float >= 0
            Radius of the ball.
        target : float
            Loss to be reached with the least norm. At the least attainable loss this is
            minimum-norm interpolation (basis pursuit for L1).
        tol : float, default 1e-8
            Relative duality gap to reach; 1e-12 is reachable on well-posed problems.
        max_iterations : int, default 100
            Outer iterations of the solver; the steps of all its inner loops together are bounded
            by a multiple of it. What ends there says how good it is by its gap.
        start : Solution, optional
            A nearby solution to start from.

        Returns
        -------
        Solution

        Raises
        ------
        TypeError, ValueError
            None or two of the forms, a negative or non-finite number, an unattainable
            target (with the least attainable value), or no minimiser (alpha = 0 on
            separable classes).

        Warns
        -----
        ConvergenceWarning
            If the gap stays above tol, with the likely cause and one remedy.
        """
        form, level = read_form(self, alpha, budget, target)
        options = Options(read_positive(tol, "tol"), read_count(max_iterations, "max_iterations"))
        point = None if start is None else self._start(start)
        with suitable_threads(self.design.shape):
            solution = solution_of(self, form, level, self._run(form, level, point, options))
        warn_if_loose(solution)
        return solution

    def _start(self, start: Solution) -> Point:
        if not isinstance(start, Solution) or len(start.coef) != self.n_features:
            raise TypeError(f"start must be a Solution with {self.n_features} coefficients, got {start!r}.")
        return Point(start.coef, start.intercept, start.alpha)

    def _run(self, form: str, level: float, point: Point | None, options: Options) -> Answer:
        if not self.norm.is_convex and self.n_features != 2:
            raise ValueError(
                f"{self.norm.title} is not convex, so it is solved for 2 features only, by searching "
                f"the whole boundary of its ball; X has {self.n_features}. "
                "Use the L1 norm, the nearest convex ball."
            )
        return solve_one(self.instance, form, level, options, point)

    def path(
        self,
        n_alphas: int = 100,
        eps: float = 1e-3,
        alphas: ArrayLike | None = None,
        *,
        budgets: ArrayLike | None = None,
        targets: ArrayLike | None = None,
        guarantee: float | None = None,
        tol: float = 1e-8,
        verbose: bool | None = None,
    ) -> Path:
        """Solutions for a decreasing sequence of alphas, or for many budgets or targets at once.

        Parameters
        ----------
        n_alphas : int, default 100
            Number of alphas, evenly spaced on a logarithmic scale.
        eps : float, default 1e-3
            Smallest alpha as a share of `alpha_max`.
        alphas, budgets, targets : (k,) array, optional
            The levels themselves, instead of the grid; one of the three. They are put in
            the order of falling alpha.
        guarantee : float, optional
            Choose the alphas so that the relative gap is within this everywhere between the
            first and the last, interpolating (see `Path.bound`).
        tol : float, default 1e-8
            Relative duality gap of each solution.
        verbose : bool, optional
            True: a progress bar and a line on the cost; False: neither. Default: a bar
            after two seconds, where someone is watching.

        Returns
        -------
        Path
        """
        from .solving_paths import alpha_grid, read_levels, solve_path

        self._require_convex("path")
        given = {"alphas": alphas, "budgets": budgets, "targets": targets}
        names = [name for name, values in given.items() if values is not None]
        if len(names) > 1:
            raise ValueError(f"give one of alphas, budgets and targets, got {' and '.join(names)}.")
        name = names[0] if names else "alphas"
        levels = read_levels(given[name], name) if names else alpha_grid(self, n_alphas, eps)
        if guarantee is not None:
            from .answers.path_bound import guaranteed_alphas

            if name != "alphas":
                raise ValueError(f"guarantee goes with alphas, got {name}.")
            return guaranteed_alphas(self, read_positive(guarantee, "guarantee"), levels, tol)
        return solve_path(self, FORMS[name[:-1]], levels, read_positive(tol, "tol"), verbose)

    def cheaper(self, w: ArrayLike, intercept: float | None = None, keep: str = "norm") -> Cheaper:
        """A strictly better point than w, or the proof that there is none.

        Parameters
        ----------
        w : (p,) array
            Any weights.
        intercept : float, optional
            Default: the best one for w.
        keep : {"norm", "loss"}
            "norm": the same norm (or less) and the lowest loss; "loss": the same loss (or
            less) and the lowest norm.

        Returns
        -------
        Cheaper
            The better weights, what they save, and a sentence.
        """
        self._require_convex("cheaper")
        return find_cheaper(self, *self._point(w, intercept), keep=keep)

    def _require_convex(self, what: str) -> None:
        if not self.norm.is_convex:
            raise ValueError(
                f"{what} needs a convex ball; {self.norm.title} has none, use solve with two features."
            )

    def rows(self, index: Indices) -> Problem:
        """The same problem on some of the rows; their weights are normalised again.

        Raises
        ------
        ValueError
            If the rows' responses admit no best constant (all of one class), or the rows are not in memory.
        """
        summary = None if self.summary is None else self.summary.of_rows(index)
        other = self._with(self.instance.rows(index))
        other.summary = summary
        return other

    def divided(self, scales: Floats) -> Problem:
        """The same problem with every column of X divided by its scale (p,)."""
        return self._with(self.instance.divided(scales))

    def _with(self, instance: Instance) -> Problem:
        other = object.__new__(Problem)
        other.__dict__.update({k: v for k, v in self.__dict__.items() if k != "alpha_max"})
        other.norm, other.instance = instance.norm, instance
        if self.fit_intercept:
            _ = instance.null_intercept  # refuses responses without a best constant
        return other

    def with_norm(self, norm: str | Norm) -> Problem:
        """The same data and loss with another regulariser."""
        chosen = get_norm(norm)
        chosen.check(self.n_features)
        return self._with(replace(self.instance, norm=chosen))

    def __repr__(self) -> str:
        n, p = self.n_samples, self.n_features
        return f"Problem({n} samples, {p} features, loss={self.loss!r}, norm={self.norm!r})"
