"""A new workspace: folders, parameter files, templates; what is there already is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from caringmon.errors import UsageError
from caringmon.lists import OWN_LISTS
from caringmon.shipped import params_folder
from caringmon.templates import TEMPLATES, template_bytes

FOLDERS = ("params", "inbox", "store", "outputs", "templates")
_IGNORED = "# Personal data and results: never committed.\n" + "".join(
    f"/{name}\n"
    for name in ("inbox/", "store/", "outputs/", "params/catatan/", *(f"params/{name}" for name in OWN_LISTS))
)


@dataclass(frozen=True)
class Made:
    """The files that were written, and those that were there before and were left as they are; relative paths."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def make_workspace(folder: Path, lang: str = "id") -> Made:
    """Make the folder a workspace: parameter files, empty lists, templates, `.gitignore`; never overwrite a file.

    Templates go to `templates/`, where nothing is loaded from. Where a folder should be and a file is: UsageError.
    """
    for path in (folder, *(folder / name for name in FOLDERS)):
        if path.exists() and not path.is_dir():
            raise UsageError(f"{path.name} is a file where a folder should be; name another folder")
        path.mkdir(parents=True, exist_ok=True)
    written, kept = [], []
    for name, content in sorted(_files(lang).items()):
        path = folder / name
        if path.exists():
            kept.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(name)
    return Made(tuple(written), tuple(kept))


def _files(lang: str) -> dict[str, bytes]:
    """Return the content of each file of a new workspace by its path."""
    shipped = params_folder()
    parameters = {path for path in shipped.rglob("*") if path.is_file() and path.name not in OWN_LISTS}
    return {
        **{f"params/{path.relative_to(shipped).as_posix()}": path.read_bytes() for path in parameters},
        **{f"params/{name}": f"{','.join(columns)}\n".encode() for name, columns in OWN_LISTS.items()},
        **{f"templates/{name}.xlsx": template_bytes(name, lang) for name in TEMPLATES},
        ".gitignore": _IGNORED.encode(),
    }
