"""The installed version, read from the package's metadata when it is asked for."""

from __future__ import annotations


def version() -> str:
    """Version such as "0.1.0"; "0+uninstalled" from a source tree that is not installed."""
    from importlib import metadata

    try:
        return metadata.version("normball")
    except metadata.PackageNotFoundError:
        return "0+uninstalled"
