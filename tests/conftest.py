"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import ibis
import pytest

REPOSITORY = Path(__file__).parent.parent
SHARED = Path(os.environ.get("CARINGMON_SHARED", REPOSITORY.parent / "shared"))


@pytest.fixture
def connection() -> Iterator[ibis.BaseBackend]:
    """Return a DuckDB connection in memory."""
    from caringmon.store import facts

    with facts.connection() as con:
        yield con


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real public data, or skip."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}; set CARINGMON_SHARED")
    return folder
