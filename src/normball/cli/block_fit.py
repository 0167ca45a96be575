"""`normball fit` of files that are read in blocks: larger than memory, of several parts, Arrow files.

What is fitted, printed and written is the same. Columns must be numbers, and what needs single rows
(other losses, folds by group or time, dates and texts as features) is refused in one sentence.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

from ..blocks.parquet import ARROW, PARQUET
from ..blocks.scan import Scan, scan
from ..estimators import Regressor, RegressorCV
from ..inputs.coding import Coding
from .fitting import RULES, Fit, FitSettings, fit_of

NEED_ROWS = (
    "event",
    "strata",
    "fold_by",
    "time",
    "exposure",
    "class_weight",
    "scoring",
    "calendar",
    "category",
    "seed",
)
"""Settings that need the rows themselves."""


@dataclass(frozen=True, eq=False)
class BlockTable:
    """What a fit says of a table that was read in blocks; as `DataTable`, without its rows."""

    feature_names: tuple[str, ...]
    target_name: str
    source: str
    n_rows: int
    notes: tuple[str, ...]
    class_names: None = None
    strata: None = None

    @property
    def codings(self) -> tuple[Coding, ...]:
        """Every column is a feature as it is."""
        return tuple(Coding(name) for name in self.feature_names)

    @property
    def unit(self) -> str:
        """What a number of the response is counted in."""
        return self.target_name


def scan_of(file: str, settings: FitSettings, memory: str | None) -> Scan | None:
    """How a file is read in blocks; None where it is read whole, as a table.

    Raises
    ------
    ValueError
        If it is read in blocks, and a setting needs its rows.
    """
    path = Path(file)
    suffix = path.suffix.lower()
    if path.is_file() and suffix not in (*PARQUET, *ARROW):
        return None
    if not (path.is_dir() or suffix in (*PARQUET, *ARROW)):
        return None
    missing = settings.missing if settings.missing != "indicator" else "refuse"
    found = scan(path, drop=settings.drop, memory=memory, missing=missing)
    if path.is_file() and suffix == ".parquet" and _fits(path, found.memory):
        return None
    usual = FitSettings()
    given = [name for name in NEED_ROWS if getattr(settings, name) != getattr(usual, name)]
    given += ["missing indicator"] if settings.missing == "indicator" else []
    if given:
        raise ValueError(
            f"--{given[0].replace('_', '-')} needs the rows of {path.name}, which are read in blocks; "
            "leave it out, or give a larger --memory for a .parquet file."
        )
    if settings.is_classifier:
        raise ValueError(
            f"{path.name} is read in blocks, where classes are not fitted; give a larger --memory "
            "for a .parquet file, or fit a sample of its rows."
        )
    return found


def _fits(path: Path, memory: int) -> bool:
    """Whether the numbers of a file fit in half of the memory."""
    if find_spec("pyarrow") is None:  # then nothing is read in blocks
        return True
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as opened:
            return bool(8 * opened.metadata.num_rows * opened.metadata.num_columns <= memory // 2)
    except pa.ArrowInvalid:  # what reads it whole says what is wrong
        return True


def fit_blocks(source: Scan, target: str, settings: FitSettings) -> Fit:
    """Fit a scanned file as the settings say.

    Raises
    ------
    TypeError, ValueError
        As the settings and the estimator.
    """
    shared: dict[str, Any] = {
        "norm": settings.make_norm(),
        "loss": settings.make_loss(),
        "fit_intercept": settings.fit_intercept,
        "standardize": settings.standardize,
        "tol": settings.tol,
    }
    level: dict[str, Any] = settings.level()
    started = perf_counter()
    model: Regressor | RegressorCV
    if level:
        model = Regressor(**shared, **level)
    else:
        model = RegressorCV(**shared, cv=settings.folds, rule=RULES[settings.rule])

    def fit() -> BlockTable:
        model.fit(source, target, settings.weight)
        names = tuple(model.feature_names_in_.tolist())
        n_rows = model.solution_.problem.n_samples
        note = _how(model, source, target, settings, perf_counter() - started)
        return BlockTable(names, target, Path(source.source).name, n_rows, (note,))

    return fit_of(model, fit, settings, lambda table: model.quality(table.unit, how=NOT_HELD_OUT))


NOT_HELD_OUT = "There are no held-out figures, since the level was given and one pass was made."


def _how(
    model: Regressor | RegressorCV, source: Scan, target: str, settings: FitSettings, seconds: float
) -> str:
    """How the data were read, with passes, bytes, seconds and memory."""
    summary = model.solution_.problem.summary
    peak = peak_memory()
    most = "" if peak is None else f"; peak memory {peak / 1e9:.2f} GB"
    allowed = f"of {source.memory / 1e9:.3g} GB that may be used"
    if summary is None:
        return f"The rows fit in half {allowed} and were read whole{most}."
    passes = "1 pass" if summary.n_passes == 1 else f"{summary.n_passes:g} passes"
    return (
        f"Read in blocks: {passes} over {summary.n_rows:,} rows, {summary.bytes_read / 1e9:.3g} GB, in "
        f"{seconds:.3g} s{most} {allowed}."
    )


def peak_memory() -> int | None:
    """Most bytes that this process has held so far; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
