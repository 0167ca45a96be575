"""Made-up tables that look like those that everybody knows: players, loans, bicycles, patients, genes."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import numpy as np
import polars as pl


def players(seed: int = 0, n: int = 322) -> pl.DataFrame:
    """Like Hitters: salaries of players, a fifth missing, by counts of two careers that go together."""
    rng = np.random.default_rng(seed)
    years = 1 + rng.poisson(6.5, n)
    skill = rng.normal(size=n)
    at_bat = np.clip(380 + 110 * skill + 90 * rng.normal(size=n), 20, 690).round()
    hits = np.clip(at_bat * (0.26 + 0.025 * skill + 0.02 * rng.normal(size=n)), 1, None).round()
    runs = (hits * rng.uniform(0.35, 0.6, n)).round()
    home_runs = rng.poisson(np.exp(2 + 0.5 * skill))
    walks = (at_bat * rng.uniform(0.04, 0.16, n)).round()
    career = years * rng.uniform(0.6, 1.3, n)
    salary = np.exp(4.2 + 0.9 * np.log1p(years) + 0.004 * hits + 0.01 * walks + 0.35 * rng.normal(size=n))
    return pl.DataFrame(
        {
            "AtBat": at_bat.astype(int),
            "Hits": hits.astype(int),
            "HmRun": home_runs,
            "Runs": runs.astype(int),
            "Walks": walks.astype(int),
            "Years": years,
            "CAtBat": (at_bat * career).astype(int),
            "CHits": (hits * career).astype(int),
            "CRuns": (runs * career).astype(int),
            "League": np.array(["A", "N"])[rng.integers(0, 2, n)],
            "Division": np.array(["E", "W"])[rng.integers(0, 2, n)],
            "PutOuts": rng.gamma(1.2, 240, n).round().astype(int),
            "Salary": pl.Series(salary.round(1)).set(pl.Series(rng.random(n) < 0.18), None),
        }
    )


def loans(seed: int = 0, n: int = 5000) -> pl.DataFrame:
    """Like Default: who fails to pay, one in thirty, by balance, income and being a student."""
    rng = np.random.default_rng(seed)
    student = rng.random(n) < 0.3
    balance = np.clip(rng.normal(np.where(student, 980, 770), 480), 0, None)
    income = np.where(student, rng.normal(18000, 4500, n), rng.normal(40000, 10000, n))
    eta = -11.0 + 0.0058 * balance - 0.65 * student
    return pl.DataFrame(
        {
            "default": np.where(eta + rng.logistic(size=n) > 0, "Yes", "No"),
            "student": np.where(student, "Yes", "No"),
            "balance": balance.round(2),
            "income": income.round(2),
        }
    )


def bicycles(seed: int = 0, n_days: int = 365) -> pl.DataFrame:
    """Like Bikeshare: riders counted over some hours a day, by date, weather, season and temperature."""
    rng = np.random.default_rng(seed)
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=k) for k in range(n_days)]
    angle = 2 * np.pi * np.arange(n_days) / 365.25
    temperature = (11 - 11 * np.cos(angle) + 4 * rng.normal(size=n_days)).round(1)
    weather = rng.choice(["clear", "cloudy", "rain", "storm"], n_days, p=[0.55, 0.3, 0.14, 0.01])
    effect = np.vectorize({"clear": 0.0, "cloudy": -0.1, "rain": -0.6, "storm": -1.2}.get)(weather)
    weekend = np.array([day.weekday() >= 5 for day in days])
    hours = rng.integers(10, 25, n_days)
    rate = np.exp(3.6 + 0.05 * temperature + effect - 0.2 * weekend + 0.0006 * np.arange(n_days))
    return pl.DataFrame(
        {
            "date": days,
            "hours_open": hours,
            "temperature": temperature,
            "humidity": rng.uniform(0.3, 1, n_days).round(2),
            "weather": weather,
            "holiday": rng.random(n_days) < 0.03,
            "riders": rng.poisson(hours * rate * rng.gamma(12, 1 / 12, n_days)),
        }
    )


def patients(seed: int = 0, n: int = 432) -> pl.DataFrame:
    """A trial: months until a relapse or the end of observation, by treatment, age, stage and a marker."""
    rng = np.random.default_rng(seed)
    age, treated = rng.normal(61, 11, n).round(), rng.random(n) < 0.5
    stage, marker = rng.choice(["I", "II", "III"], n, p=[0.3, 0.45, 0.25]), rng.gamma(2, 1.5, n).round(2)
    worse = np.vectorize({"I": 0.0, "II": 0.5, "III": 1.1}.get)(stage)
    eta = 0.03 * (age - 61) - 0.6 * treated + worse + 0.15 * marker
    time, end = rng.weibull(1.2, n) * 60 * np.exp(-eta / 1.2), rng.uniform(6, 72, n)
    relapsed = time <= end
    return pl.DataFrame(
        {
            "months": np.minimum(time, end).round(1) + 0.1,
            "relapse": np.where(relapsed, "yes", "no"),
            "treatment": np.where(treated, "new", "standard"),
            "age": age.astype(int),
            "stage": stage,
            "marker": pl.Series(marker).set(pl.Series(rng.random(n) < 0.06), None),
            "sex": np.array(["f", "m"])[rng.integers(0, 2, n)],
            "clinic": np.array(["Bonn", "Graz", "Lyon", "Oslo"])[rng.integers(0, 4, n)],
        }
    )


def genes(seed: int = 0, n: int = 90, p: int = 1500) -> pl.DataFrame:
    """More features than rows: two kinds of tissue by the expression of genes that go in groups."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, p // 10))
    X = 8 + 0.8 * np.repeat(common, 10, axis=1)[:, :p] + 0.6 * rng.normal(size=(n, p))
    eta = 1.6 * (X[:, 3] - 8) - 1.4 * (X[:, 57] - 8) + 1.2 * (X[:, 412] - 8)
    tissue = np.where(eta + 0.5 * rng.logistic(size=n) > 0, "tumour", "healthy")
    names = [f"gene_{k:04d}" for k in range(p)]
    return pl.DataFrame(X.round(3), schema=names).with_columns(tissue=pl.Series(tissue))


CASES: dict[str, tuple[Callable[[], pl.DataFrame], tuple[str, ...]]] = {
    "players": (players, ("--target", "Salary", "--missing", "drop")),
    "loans": (loans, ("--target", "default", "--loss", "logistic")),
    "bicycles": (
        bicycles,
        ("--target", "riders", "--loss", "poisson", "--exposure", "hours_open", "--calendar"),
    ),
    "patients": (
        patients,
        ("--target", "months", "--loss", "cox", "--event", "relapse", "--missing", "mean"),
    ),
    "genes": (genes, ("--target", "tissue", "--loss", "logistic", "--norm", "elastic_net")),
}
"""A table and the options that a data scientist would give."""
