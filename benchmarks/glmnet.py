"""The R package glmnet on a case, through Rscript and files in a temporary folder."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from cases import Case
from scipy import sparse

FAMILY = {"squared_error": "gaussian", "logistic": "binomial", "poisson": "poisson"}

# fdev and devmax would end the path early; Matrix is what glmnet itself depends on
SCRIPT = """
suppressMessages(library(glmnet))
glmnet.control(fdev = 0, devmax = 1)
doubles <- function(name) {{ size <- file.size(name) / 8; readBin(name, "double", size) }}
integers <- function(name) {{ size <- file.size(name) / 4; readBin(name, "integer", size) }}
X <- {matrix}
y <- doubles("y")
alphas <- doubles("alphas")
time <- system.time(model <- glmnet(X, y, family = "{family}", alpha = {l1_ratio}, lambda = alphas,
    intercept = FALSE, standardize = FALSE, thresh = {tolerance}, maxit = 1e8))[["elapsed"]]
W <- as(model$beta, "CsparseMatrix")
writeBin(W@x, "W.x"); writeBin(W@i, "W.i"); writeBin(W@p, "W.p")
cat(time)
"""
DENSE = 'matrix(doubles("X"), {n}, {p})'
SPARSE = """sparseMatrix(
    i = integers("X.i"), p = integers("X.p"), x = doubles("X"), dims = c({n}, {p}), index1 = FALSE)"""


@cache
def missing_glmnet() -> str:
    """Why glmnet cannot run here; empty if it can."""
    if shutil.which("Rscript") is None:
        return "Rscript is not installed"
    done = subprocess.run(["Rscript", "-e", "library(glmnet)"], capture_output=True)
    return "" if done.returncode == 0 else "the R package glmnet is not installed"


def run_glmnet(case: Case, tolerance: float) -> tuple[sparse.csr_array, float]:
    """Coefficients (k, p), and the seconds of the path alone by R's clock."""
    n, p = case.X.shape
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if sparse.issparse(case.X):
            case.X.data.astype(np.float64).tofile(folder / "X")
            case.X.indices.astype(np.int32).tofile(folder / "X.i")
            case.X.indptr.astype(np.int32).tofile(folder / "X.p")
        else:
            np.ascontiguousarray(case.X.T).tofile(folder / "X")
        case.y.tofile(folder / "y")
        case.alphas.tofile(folder / "alphas")
        matrix = (SPARSE if sparse.issparse(case.X) else DENSE).format(n=n, p=p)
        script = SCRIPT.format(
            matrix=matrix, family=FAMILY[case.loss], l1_ratio=case.l1_ratio, tolerance=tolerance
        )
        command = ["Rscript", "-e", script]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        if done.returncode:
            raise RuntimeError("R said: " + " ".join(done.stderr.split())[-200:])
        values = np.fromfile(folder / "W.x")
        indices, indptr = np.fromfile(folder / "W.i", np.int32), np.fromfile(folder / "W.p", np.int32)
        return sparse.csr_array(
            sparse.csc_array((values, indices, indptr), shape=(p, len(case.alphas))).T
        ), float(done.stdout)
