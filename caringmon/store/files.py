"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from caringmon.errors import RefusedError

PATIENCE_SECONDS = 600


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Let one process at a time work in the folder; a second one waits, after ten minutes: RefusedError.

    Whoever works there already may enter again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=PATIENCE_SECONDS, is_singleton=True):
            yield
    except Timeout:
        raise RefusedError(f"{folder.name}: another run has been working there for ten minutes; try later") from None


OWNER_ONLY = 0o600


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write the file with permission `mode` so that a reader sees either the old content or the new, never a part.

    The bytes reach the disk before the name does; a run that is cut off leaves the old file and a `.tmp-` beside it.
    A folder made for a file that only its owner may read is closed to others too.
    """
    path.parent.mkdir(mode=0o700 if mode == OWNER_ONLY else 0o777, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.chmod(mode)
    draft.replace(path)


def remove_drafts(folder: Path) -> None:
    """Remove what runs that were cut off left beside the files of the folder; nobody else may be writing there."""
    for draft in folder.rglob("*.tmp-*"):
        draft.unlink(missing_ok=True)
