"""Rows that are not in memory: storages that are read in blocks, and sums over their rows."""

from .arrays import ArrayBlocks
from .base import Block, Blocks, Reduction
from .moments import Moments, MomentSums
from .parquet import ParquetBlocks
from .predicting import predict_stored
from .scan import Scan, scan
from .stored import Stored, Summary, is_stored, read_stored

__all__ = [
    "ArrayBlocks",
    "Block",
    "Blocks",
    "MomentSums",
    "Moments",
    "ParquetBlocks",
    "Reduction",
    "Scan",
    "Stored",
    "Summary",
    "is_stored",
    "predict_stored",
    "read_stored",
    "scan",
]
