"""What `RobustPCA.partial_fit` keeps of the rows that it has seen, in memory of a block or three.

- *Rows* of the low-rank part, evenly spread over the past: every k-th, k doubling as they
  grow. The next block is split together with a choice of them, so that background seen before
  has its weight.
- *Components* of all of it: with Sigma V' of the past and the new low-rank rows L, those of
  [Sigma V'; L], whose Gram matrix is that of all rows. Directions dropped on the way are lost.

References
----------
Levy, Lindenbaum, Sequential Karhunen-Loeve basis extraction, IEEE Transactions on Image
Processing 9 (2000) (the merging of components).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ..typing import Floats


@dataclass(frozen=True, eq=False)
class PastRows:
    """The past of a table that comes in blocks.

    Attributes
    ----------
    rows : (k, p) of the low-rank part: every `stride`-th so far.
    stride : int
    n_seen : int, rows so far.
    height : int, rows of the largest block so far.
    """

    rows: Floats
    stride: int
    n_seen: int
    height: int

    def choice(self) -> Floats:
        """As many of the rows as the largest block has, evenly spread, the last one among them."""
        count = min(self.height, len(self.rows))
        return self.rows[np.linspace(len(self.rows) - 1, 0, count).round().astype(int)[::-1]]

    def followed_by(self, low_rank: Floats) -> PastRows:
        """With the low-rank part (n, p) of a further block; at most 2 * `height` rows are kept."""
        height = max(self.height, len(low_rank))
        stride, first = self.stride, -self.n_seen % self.stride
        rows = np.vstack([self.rows, low_rank[first::stride]])
        while len(rows) > 2 * height:
            rows, stride = rows[::2].copy(), 2 * stride
        return PastRows(rows, stride, self.n_seen + len(low_rank), height)


def merged_components(
    values: Floats, components: Floats, rows: Floats, smallest: float, most: int
) -> tuple[Floats, Floats]:
    """Singular values (r,) and components (r, p) of further rows (n, p) below those that are known.

    At most `most`, and none below `smallest` times the largest.
    """
    stacked = np.vstack([values[:, None] * components, rows])
    _, merged, directions = linalg.svd(stacked, full_matrices=False, check_finite=False, overwrite_a=True)
    kept = min(int((merged > smallest * merged.max(initial=0.0)).sum()), most)
    return merged[:kept], directions[:kept].copy()
