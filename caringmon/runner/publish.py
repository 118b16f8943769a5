"""Published folders: staged, hashed, versioned, renamed into place; the manifest is written last."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Published:
    """Where a report stands, in which version, and whether this run made it."""

    folder: Path
    version: int
    content_hash: str
    is_new: bool


def content_hash(files: Mapping[str, bytes]) -> str:
    """Return the sha256 over names and bytes of a version's files, the manifest left out."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()


def versions(folder: Path) -> list[tuple[int, dict[str, object]]]:
    """Return the published versions of a report, oldest first, each with its manifest.

    A version folder without a manifest does not exist: a run was cut off before it ended.
    """
    manifests = (path for path in folder.glob(f"v*/{MANIFEST}") if re.fullmatch(r"v[1-9]\d*", path.parent.name))
    found = [(int(path.parent.name[1:]), json.loads(path.read_text(encoding="utf-8"))) for path in manifests]
    return sorted(found, key=lambda pair: pair[0])


def publish_version(folder: Path, version: int, files: Mapping[str, bytes], manifest: Mapping[str, object]) -> Path:
    """Write the files as `v<version>` of the report's folder and return that folder.

    The files are complete on disk before the folder gets its name, and the manifest is written after that.
    """
    target = folder / f"v{version}"
    staged = folder / f".v{version}.tmp-{os.getpid()}"
    shutil.rmtree(staged, ignore_errors=True)
    for name, data in files.items():
        path = staged / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, data)
    shutil.rmtree(target, ignore_errors=True)
    staged.replace(target)
    temporary = target / f"{MANIFEST}.tmp"
    _write(temporary, manifest_bytes({**manifest, "version": version, "files": hashes(files)}))
    temporary.replace(target / MANIFEST)
    return target


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the sha256 of each file, by name in order."""
    return {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}


def manifest_bytes(manifest: Mapping[str, object]) -> bytes:
    """Return the manifest as its file holds it."""
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
