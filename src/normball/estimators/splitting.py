"""From `cv` and what goes with it to folds: an estimator's side of scikit-learn's splitters."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.model_selection import check_cv
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing

from ..inputs.reading import read_weights
from .folds import Fold, among_weighted, check_classes, read_folds


class Splits:
    """For estimators with the parameter `cv`."""

    cv: Any

    def get_metadata_routing(self) -> MetadataRouter:
        """What `fit` takes besides X and y: `sample_weight`, and for the splitter such as `groups`."""
        return (
            MetadataRouter(owner=self)
            .add_self_request(self)
            .add(
                splitter=check_cv(self.cv),
                method_mapping=MethodMapping().add(caller="fit", callee="split"),
            )
        )

    def _folds(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        params: dict[str, Any],
        labels: np.ndarray | None = None,
    ) -> list[Fold]:
        """What the splitter says, counted among the rows of positive weight.

        A number of folds divides these rows alone; a splitter of the caller's own sees all, since
        what it holds (rows, groups, times) may be about all. `labels` (K,) are those of the codes y.
        """
        weights, further = read_weights(sample_weight, len(y)), self._for_splitter(params)
        if self.cv is None or isinstance(self.cv, Integral):
            if further:
                raise ValueError(
                    f"{next(iter(further))} goes with a splitter that asks for it, such as cv=GroupKFold(), "
                    f"got cv={self.cv!r}."
                )
            y, weights = y[weights > 0], weights[weights > 0]
            X = y[:, None]  # whose rows alone matter here
        if isinstance(self.cv, Iterable) and not hasattr(self.cv, "split"):
            pairs: Any = self.cv
        else:
            pairs = check_cv(self.cv, y, classifier=labels is not None).split(X, y, **further)
        folds = among_weighted(read_folds(pairs, len(y)), weights)
        if labels is not None:
            check_classes(folds, y[weights > 0], labels)
        return folds

    def _for_splitter(self, params: dict[str, Any]) -> dict[str, Any]:
        """What goes to `split`: `groups`, or what was requested where scikit-learn routes metadata.

        Raises
        ------
        TypeError
            If there is more, and no routing.
        """
        given = {name: value for name, value in params.items() if value is not None}
        if get_config()["enable_metadata_routing"]:
            return dict(process_routing(self, "fit", **given).splitter.split)
        unknown = [name for name in given if name != "groups"]
        if unknown:
            raise TypeError(
                f"fit takes X, y, sample_weight and groups, got {unknown[0]!r}; for what else a splitter "
                "takes, sklearn.set_config(enable_metadata_routing=True)."
            )
        return given
