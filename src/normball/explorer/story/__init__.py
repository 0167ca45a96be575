"""The essay: nine steps about one picture, and what must be computed for them beforehand.

Geometry is computed by the page as the reader moves it. What rests on data comes from here: two
features of a table with the rows that are learned from (steps 5 and 6), and models over the
budget with what they get right on rows that they have not seen (step 9).
"""

from __future__ import annotations

from .build import STEPS, Story, make_story, size_without_data, write_story
from .table import StoryTable

__all__ = ["STEPS", "Story", "StoryTable", "make_story", "size_without_data", "write_story"]
