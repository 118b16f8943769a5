"""Where the parameter files and notebooks that come with the package lie: in a wheel inside it, else beside it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def params_folder() -> Path:
    """Return the folder of the default parameter files."""
    return _shipped("params_shipped", "params")


def notebooks_folder() -> Path:
    """Return the folder of the report notebooks."""
    return _shipped("notebooks", "notebooks")


def checkout_folder() -> Path | None:
    """Return the folder that holds the package beside its parameters and notebooks; None for an installed wheel."""
    return _PACKAGE.parent if params_folder().parent == _PACKAGE.parent else None


def _shipped(in_wheel: str, in_checkout: str) -> Path:
    inside = _PACKAGE / in_wheel
    return inside if inside.is_dir() else _PACKAGE.parent / in_checkout
