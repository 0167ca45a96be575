"""Settings of the documentation: `python -m sphinx -W docs docs/_build` builds it, warnings are errors."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

# pictures are drawn without a screen, and one BLAS thread suffices for them
os.environ.setdefault("MPLBACKEND", "agg")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "extensions"))

import normball  # noqa: E402 (the settings above come first)

project = "normball"
copyright = "the normball developers"
author = "the normball developers"
release = version = normball.__version__

extensions = [
    "embedded_essay",
    "readable_docstrings",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "extensions", "api/templates"]
templates_path = ["templates"]
nitpicky = False
html_theme = "pydata_sphinx_theme"
html_title = "normball"
html_static_path = ["static"]
html_css_files = ["normball.css"]
html_show_sourcelink = False
html_theme_options: dict[str, Any] = {
    "logo": {"text": "normball"},
    "navigation_with_keys": False,
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
# pages without pages below them need no list of those
ALONE = "start why_a_corner mathematics engine benchmarks glossary dependencies changelog contributing"
html_sidebars: dict[str, list[str]] = {name: [] for name in ALONE.split()}
html_context = {"default_mode": "auto"}

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]  # CONTRIBUTING.md, shown here as well, names files of the tree

numpydoc_show_class_members = False
autodoc_typehints = "none"  # the docstrings say them in words
autosummary_generate = True
autosummary_ignore_module_all = False

sphinx_gallery_conf: dict[str, Any] = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "ignore_pattern": r"readme_picture|__init__",
    "remove_config_comments": True,
    "show_memory": False,
    "abort_on_example_error": True,
    "download_all_examples": False,
    "plot_gallery": "True",
    "nested_sections": True,
    "subsection_order": [
        "../examples/pictures",
        "../examples/models",
        "../examples/choosing",
        "../examples/inference",
        "../examples/geometry",
        "../examples/matrices",
        "../examples/signals",
        "../examples/scikit_learn",
        "../examples/interactive",
    ],
    "within_subsection_order": "FileNameSortKey",
    "image_srcset": ["2x"],
    "capture_repr": ("_repr_html_",),  # what is shown beside pictures and prints is asked for
    "show_signature": False,
    "write_computation_times": False,  # pages of no use to a reader, which the search would find
    "copyfile_regex": r"",
}
