"""RobustPCA: proofs recomputed, small problems against CVXPY, planted parts recovered."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings

import cvxpy as cp
import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

import normball as nb
from normball.estimators.past_rows import PastRows
from normball.estimators.robust_pca import RobustPCA
from normball.solvers.low_rank import pursuit


def planted(n: int, p: int, rank: int, share: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Low-rank and sparse parts; the errors are as large as they like."""
    rng = np.random.default_rng(seed)
    low_rank = rng.standard_normal((n, rank)) @ rng.standard_normal((rank, p))
    return low_rank, np.where(rng.random((n, p)) < share, rng.normal(0, 20, (n, p)), 0.0)


def check_proof(model: RobustPCA, X: np.ndarray, tol: float) -> None:
    """Objective, dual point and gap from the definitions, by full singular value decompositions."""
    seen = ~np.isnan(X)
    filled, nu = np.where(seen, X, 0.0), model.noise * np.sqrt(2 * max(X.shape))
    residual = np.abs(np.where(seen, X - model.low_rank_, 0.0))
    small = np.minimum(residual, model.lam_ * nu)
    misfit = model.lam_ * (residual - small).sum() + (0 if nu == 0 else (small**2).sum() / (2 * nu))
    primal = np.linalg.svd(model.low_rank_, compute_uv=False).sum() + misfit
    Y = model.dual_point_
    assert np.linalg.norm(Y, 2) <= 1 + tol
    assert np.abs(Y).max() <= model.lam_ * (1 + tol)
    assert not Y[~seen].any()
    dual = (Y * filled).sum() - nu / 2 * (Y**2).sum()
    np.testing.assert_allclose(model.objective_, primal, rtol=10 * tol)
    np.testing.assert_allclose(model.dual_objective_, dual, rtol=10 * tol)
    assert model.gap_ == pytest.approx((model.objective_ - model.dual_objective_) / model.objective_)


def kinds(seed: int) -> dict[str, tuple[np.ndarray, dict[str, float]]]:
    """A small problem of each kind."""
    rng = np.random.default_rng(seed)
    n, p = rng.integers(3, 9, 2)
    X = rng.standard_normal((n, 1)) @ rng.standard_normal((1, p)) + rng.standard_normal((n, p)) * (
        rng.random((n, p)) < 0.3
    )
    holes = np.where(rng.random((n, p)) < 0.2, np.nan, X)
    holes[0, 0] = X[0, 0]
    return {
        "plain": (X, {"lam": rng.uniform(0.15, 1.2)}),
        "noisy": (X + 0.1 * rng.standard_normal((n, p)), {"noise": 0.1}),
        "holes": (holes, {}),
    }


@pytest.mark.parametrize("kind", ["plain", "noisy", "holes"])
@pytest.mark.parametrize("seed", range(50))
def test_agrees_with_cvxpy(kind: str, seed: int) -> None:
    X, parameters = kinds(seed)[kind]
    # a few of these tiny problems are degenerate, and slow
    model = RobustPCA(tol=1e-7, max_iter=20_000, **parameters).fit(X)
    check_proof(model, X, 1e-9)
    seen = ~np.isnan(X)
    low_rank, sparse = cp.Variable(X.shape), cp.Variable(X.shape)
    rest = cp.multiply(seen, np.where(seen, X, 0.0) - low_rank - sparse)
    objective = cp.normNuc(low_rank) + model.lam_ * cp.norm1(cp.vec(cp.multiply(seen, sparse), order="C"))
    if model.noise:
        objective += cp.sum_squares(rest) / (2 * model.noise * np.sqrt(2 * max(X.shape)))
    problem = cp.Problem(cp.Minimize(objective), [] if model.noise else [rest == 0])
    problem.solve(solver=cp.CLARABEL)
    assert model.objective_ == pytest.approx(problem.value, rel=1e-5)
    assert model.dual_objective_ == pytest.approx(problem.value, rel=1e-5)


@pytest.mark.parametrize("turn", [lambda X: X, np.transpose], ids=["tall", "wide"])
@pytest.mark.parametrize("tol", [1e-4, 1e-7])
def test_recovers_what_was_planted(turn: object, tol: float) -> None:
    low_rank, sparse = planted(150, 60, 3, 0.08)
    X = turn(low_rank + sparse)  # type: ignore[operator]
    model = RobustPCA(tol=tol).fit(X)
    assert model.rank_ == 3
    np.testing.assert_array_equal(model.sparse_ != 0, turn(sparse) != 0)  # type: ignore[operator]
    np.testing.assert_allclose(model.low_rank_, turn(low_rank), atol=2e3 * tol)  # type: ignore[operator]
    assert model.low_rank_.dtype == (np.float32 if tol == 1e-4 else np.float64)
    assert model.gap_ <= tol
    check_proof(model, X, 1e-5 if tol == 1e-4 else 1e-9)


def test_carried_subspace_is_the_same_as_the_gram_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    low_rank, sparse = planted(120, 110, 4, 0.06)
    by_gram = RobustPCA().fit(low_rank + sparse)
    from normball.solvers.low_rank import spectrum, splitting

    monkeypatch.setattr(splitting, "spectrum_of", spectrum.SubspaceSpectrum)
    in_subspace = RobustPCA().fit(low_rank + sparse)
    check_proof(in_subspace, low_rank + sparse, 1e-9)
    assert in_subspace.rank_ == by_gram.rank_ == 4
    np.testing.assert_allclose(in_subspace.low_rank_, by_gram.low_rank_, atol=1e-3)


def test_parts_and_components_fit_together() -> None:
    low_rank, sparse = planted(40, 90, 2, 0.05)
    X = low_rank + sparse
    model = RobustPCA(tol=1e-8).fit(X)
    on = model.sparse_ != 0
    np.testing.assert_allclose((model.low_rank_ + model.sparse_)[on], X[on], rtol=1e-12)
    np.testing.assert_allclose(model.components_ @ model.components_.T, np.eye(2), atol=1e-9)
    spanned = model.low_rank_ @ model.components_.T @ model.components_
    np.testing.assert_allclose(spanned, model.low_rank_, atol=1e-9)
    np.testing.assert_allclose(
        model.singular_values_, np.linalg.svd(model.low_rank_, compute_uv=False)[:2], rtol=1e-9
    )


def test_missing_entries_are_filled_in() -> None:
    low_rank, sparse = planted(100, 80, 3, 0.05)
    holes = np.random.default_rng(1).random(low_rank.shape) < 0.2
    X = np.where(holes, np.nan, low_rank + sparse)
    model = RobustPCA().fit(X)
    np.testing.assert_allclose(model.low_rank_, low_rank, atol=1e-3)
    assert not model.sparse_[holes].any()
    check_proof(model, X, 1e-9)


def test_new_rows_lose_their_errors() -> None:
    low_rank, sparse = planted(60, 90, 3, 0.05)
    model = RobustPCA().fit(low_rank + sparse)
    rng = np.random.default_rng(2)
    clean = rng.standard_normal((5, 3)) @ model.components_
    broken = clean + np.where(rng.random(clean.shape) < 0.2, 7.0, 0.0)
    broken[1, ::6] = np.nan
    np.testing.assert_allclose(model.inverse_transform(model.transform(broken)), clean, atol=1e-4)
    with pytest.raises(ValueError, match=r"X must have rank_=3 columns, got shape \(2, 4\)"):
        model.inverse_transform(np.zeros((2, 4)))


def blockwise(model: RobustPCA, X: np.ndarray, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Low-rank and sparse parts of X, given to the model by blocks of rows."""
    parts = []
    for start in range(0, len(X), height):
        model.partial_fit(X[start : start + height])
        parts.append((model.low_rank_.copy(), model.sparse_.copy()))
    low_rank, sparse = (np.vstack(kind) for kind in zip(*parts, strict=True))
    return low_rank, sparse


@pytest.mark.parametrize("height", [30, 33, 100])
def test_blocks_of_rows_find_what_was_planted(height: int) -> None:
    low_rank, sparse = planted(200, 90, 3, 0.05)
    model = RobustPCA(tol=1e-7)
    found, errors = blockwise(model, low_rank + sparse, height)
    np.testing.assert_allclose(found, low_rank, atol=1e-3)
    np.testing.assert_array_equal(errors != 0, sparse != 0)
    assert model.n_samples_seen_ == 200
    # the subspace is carried: values and components are those of all rows, not of the last block
    _, values, directions = np.linalg.svd(low_rank, full_matrices=False)
    assert model.rank_ == 3
    np.testing.assert_allclose(model.singular_values_, values[:3], rtol=1e-4)
    np.testing.assert_allclose(np.abs(model.components_ @ directions[:3].T).max(axis=1), 1.0, atol=1e-4)
    clean = np.random.default_rng(3).standard_normal((4, 3)) @ directions[:3]
    np.testing.assert_allclose(model.inverse_transform(model.transform(clean)), clean, atol=1e-3)


def test_blocks_of_a_film_are_split_as_the_whole_is() -> None:
    X = nb.datasets.load_pedestrians()[::2, ::2, ::2].reshape(120, -1).astype(np.float64)
    whole, model = RobustPCA(tol=1e-4).fit(X), RobustPCA(tol=1e-4)
    low_rank, _ = blockwise(model, X, 30)
    value = np.linalg.svd(low_rank, compute_uv=False).sum() + whole.lam_ * np.abs(X - low_rank).sum()
    assert whole.dual_objective_ <= value <= 1.03 * whole.objective_
    people = np.sqrt((whole.sparse_**2).mean())
    assert np.sqrt(((low_rank - whole.low_rank_) ** 2).mean()) < 0.3 * people
    # what every block shows is the background of all
    first = whole.components_[0]
    assert np.linalg.norm(model.components_ @ first) > 0.999


def test_a_hidden_past_is_remembered() -> None:
    """Something stands still through a whole block; the rows before it say that it is not background."""
    rng = np.random.default_rng(4)
    scene = rng.uniform(50, 200, 300)
    X = scene + np.where(rng.random((60, 300)) < 0.05, 80.0, 0.0)
    X[50:, 20:40] = 250.0
    model = RobustPCA(tol=1e-6)
    low_rank, _ = blockwise(model, X, 10)
    np.testing.assert_allclose(low_rank[50:, 20:40], np.tile(scene[20:40], (10, 1)), atol=1.0)
    alone = RobustPCA(tol=1e-6).fit(X[50:])
    np.testing.assert_allclose(alone.low_rank_[:, 20:40], 250.0, atol=1.0)


def test_proof_of_a_block_is_that_of_the_rows_that_were_split() -> None:
    low_rank, sparse = planted(60, 40, 2, 0.05)
    X, model = low_rank + sparse, RobustPCA()
    blockwise(model, X[:30], 30)
    solved = np.vstack([model.low_rank_, X[30:]])
    model.partial_fit(X[30:])
    assert model.dual_point_.shape == solved.shape
    assert np.linalg.norm(model.dual_point_, 2) <= 1 + 1e-9
    assert (model.dual_point_ * solved).sum() == pytest.approx(model.dual_objective_)
    assert model.gap_ <= 1e-6


def held_entries(model: RobustPCA) -> int:
    arrays = [value for value in vars(model).values() if isinstance(value, np.ndarray)]
    return sum(array.size if array.base is None else array.base.size for array in [*arrays, model._past.rows])


def test_memory_does_not_grow_with_the_number_of_blocks() -> None:
    low_rank, sparse = planted(200, 25, 2, 0.05)
    model, held = RobustPCA(tol=1e-4), []
    for start in range(0, 200, 5):
        model.partial_fit((low_rank + sparse)[start : start + 5])
        held.append(held_entries(model))
    assert max(held) <= 12 * 5 * 25
    assert max(held[20:]) <= max(held[:20])
    assert model.n_samples_seen_ == 200


@pytest.mark.parametrize("height", [2, 3, 7, 16])
def test_rows_kept_of_the_past_are_evenly_spread(height: int) -> None:
    rows = np.arange(500.0)[:, None]
    past = PastRows(rows[:height], 1, height, height)
    for start in range(height, 500, height):
        past = past.followed_by(rows[start : start + height])
        assert len(past.rows) <= 2 * height
        np.testing.assert_array_equal(past.rows, rows[: past.n_seen : past.stride])
        chosen = past.choice()[:, 0]
        assert len(chosen) == min(height, len(past.rows))
        assert np.ptp(np.diff(chosen)) <= past.stride
    assert past.n_seen == 500


def test_blocks_with_missing_entries_and_a_fresh_start() -> None:
    low_rank, sparse = planted(80, 50, 2, 0.04)
    holes = np.random.default_rng(1).random(low_rank.shape) < 0.15
    X = np.where(holes, np.nan, low_rank + sparse)
    model = RobustPCA()
    found, _ = blockwise(model, X, 40)
    np.testing.assert_allclose(found, low_rank, atol=1e-2)
    again = model.fit(X)
    assert again.n_samples_seen_ == 80
    assert again.low_rank_.shape == (80, 50)
    np.testing.assert_array_equal(again.low_rank_, RobustPCA().fit(X).low_rank_)


def test_bad_blocks() -> None:
    low_rank, sparse = planted(20, 10, 1, 0.05)
    model = RobustPCA(tol=1e-4).partial_fit(low_rank + sparse)
    with pytest.raises(ValueError, match="X has 9 features, but RobustPCA is expecting 10 features"):
        model.partial_fit(low_rank[:, :9])
    with pytest.raises(ValueError, match="infinity"):
        model.partial_fit(np.full((2, 10), np.inf))
    with pytest.raises(ValueError, match="at least one entry that is not NaN"):
        RobustPCA().partial_fit(np.full((3, 3), np.nan))
    assert model.n_samples_seen_ == 20
    with pytest.warns(nb.ConvergenceWarning, match="raise max_iter"):
        model.set_params(max_iter=1, tol=1e-12).partial_fit(low_rank + sparse)


def test_scale_and_shift_of_the_units() -> None:
    low_rank, sparse = planted(50, 40, 2, 0.05)
    model = RobustPCA().fit(low_rank + sparse)
    for factor in (1e-150, 1e150):
        other = RobustPCA().fit(factor * (low_rank + sparse))
        np.testing.assert_allclose(other.low_rank_ / factor, model.low_rank_, atol=1e-9)
        assert other.n_iter_ == model.n_iter_


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_constant_matrices(value: float) -> None:
    model = RobustPCA().fit(np.full((12, 9), value))
    np.testing.assert_allclose(model.low_rank_, value, atol=1e-6)
    assert model.rank_ == (value != 0)
    assert model.gap_ <= 1e-6


def test_input_is_left_alone_and_integers_will_do() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (30, 50), dtype=np.uint8)
    before = frames.copy()
    model = RobustPCA(tol=1e-4).fit(frames)
    np.testing.assert_array_equal(frames, before)
    again = RobustPCA(tol=1e-4).fit(frames.astype(np.float64))
    np.testing.assert_array_equal(model.low_rank_, again.low_rank_)
    assert not np.shares_memory(again.low_rank_, frames)


def test_missed_tolerance_is_said() -> None:
    low_rank, sparse = planted(30, 30, 2, 0.1)
    with pytest.warns(nb.ConvergenceWarning, match="ended after 5 iterations at the relative gap"):
        RobustPCA(max_iter=5).fit(low_rank + sparse)


def test_single_precision_that_does_not_get_there_goes_on_in_double(monkeypatch: pytest.MonkeyPatch) -> None:
    low_rank, sparse = planted(60, 40, 2, 0.1)
    monkeypatch.setattr(pursuit, "SINGLE", 1e-12)
    monkeypatch.setattr(pursuit, "PATIENCE", 0)
    model = RobustPCA(tol=1e-7).fit(low_rank + sparse)
    assert model.gap_ <= 1e-7
    assert model.low_rank_.dtype == np.float64


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"lam": 0.0}, "lam must be a number > 0, got 0.0"),
        ({"lam": np.nan}, "lam must be a number > 0, got nan"),
        ({"noise": -1.0}, "noise must be a number >= 0, got -1.0"),
        ({"tol": 0.0}, "tol must be a number > 0, got 0.0"),
        ({"max_iter": 0}, "max_iter must be a whole number, at least 1, got 0"),
    ],
)
def test_bad_parameters(parameters: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RobustPCA(**parameters).fit(np.eye(4))


def test_bad_data() -> None:
    with pytest.raises(ValueError, match="at least one entry that is not NaN"):
        RobustPCA().fit(np.full((3, 3), np.nan))
    with pytest.raises(ValueError, match="infinity"):
        RobustPCA().fit(np.array([[1.0, np.inf], [0.0, 1.0]]))


def test_follows_the_conventions_of_scikit_learn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of checks that it skips
        check_estimator(RobustPCA())


def test_pickles_and_loads_lazily() -> None:
    low_rank, sparse = planted(20, 20, 1, 0.05)
    model = nb.RobustPCA().fit(low_rank + sparse)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).low_rank_, model.low_rank_)
    code = "import sys, normball as nb; f = lambda: print('sklearn' in sys.modules); f(); nb.RobustPCA; f()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_the_shipped_clip() -> None:
    frames = nb.datasets.load_pedestrians()
    assert frames.shape == (240, 72, 96)
    assert frames.dtype == np.uint8
    model = RobustPCA(tol=1e-3).fit(frames[::4].reshape(60, -1))
    assert model.gap_ <= 1e-3
    assert model.rank_ < 45
    assert (model.sparse_ == 0).mean() > 0.4
    # every frame has someone in it, whom the background does not show
    assert (np.abs(model.sparse_).max(axis=1) > 40).all()
    background = model.low_rank_.reshape(60, 72, 96)
    assert background.std(axis=0).mean() < 0.7 * frames[::4].std(axis=0).mean()
