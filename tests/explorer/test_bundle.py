"""The committed bundle is what its sources make: by hash everywhere, byte by byte where node is."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from normball.explorer.page import bundle

ROOT = Path(__file__).resolve().parents[2]
EXPLORER = ROOT / "src" / "normball" / "explorer"


def test_bundle_was_built_from_these_sources() -> None:
    files = [path for path in (ROOT / "web" / "src").rglob("*") if path.is_file()]
    files += [ROOT / "web" / "package-lock.json", EXPLORER / "state.json"]
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(ROOT).as_posix(), path) for path in files):
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    assert f"sources sha256 {digest.hexdigest()};" in bundle()[:200], "run: cd web && npm ci && npm run build"


def test_rebuilt_bundle_is_the_same() -> None:
    required = bool(os.environ.get("NORMBALL_REQUIRE_NODE"))
    if not required and (shutil.which("node") is None or not (ROOT / "web" / "node_modules").is_dir()):
        pytest.skip("node or web/node_modules is missing; run: cd web && npm ci")
    done = subprocess.run(["node", "build.mjs", "--check"], cwd=ROOT / "web", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
