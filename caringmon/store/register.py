"""The register: a database of what happened outside the facts; rows are added, never changed.

SQLite in the workspace, or PostgreSQL by URL. Times are kept as UTC text of one width, so that they sort as they are;
they come from the caller, no clock is read. One writer at a time: what it reads is what it adds to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from caringmon.errors import DataBlockedError, Reason, RefusedError, UsageError
from caringmon.store.register_tables import METADATA, SCHEMA, SCHEMA_VERSION

URL_NAME = "CARINGMON_REGISTER_URL"
PATIENCE_SECONDS = 30
_UNREADABLE = Reason("REGISTER_UNREADABLE")
_WIB_AHEAD = dt.timedelta(hours=7)
_UTC_TEXT = "%Y-%m-%dT%H:%M:%S.%fZ"
# Any number will do that no other program takes in the same database.
_ADVISORY_LOCK = 4_213_870_215
_IN_MEMORY = sa.make_url("sqlite://")
_READS = "caringmon_reads"


def register_url(workspace: Path, named: str | None) -> str:
    """Return where the register is: the URL named, else `store/register.sqlite` of the workspace."""
    return named or f"sqlite:///{workspace / 'store' / 'register.sqlite'}"


@contextmanager
def writing(url: str) -> Iterator[sa.Connection]:
    """Open the register for one transaction that adds; made anew if it is not there. An exception: nothing is added.

    Others wait. Locked for half a minute: RefusedError. Not reachable: DataBlockedError. No URL, or one of a database
    whose driver is not installed: UsageError. Made by a newer version: RefusedError.
    """
    address = _address(url)
    if address.database and address.get_backend_name() == "sqlite":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    with _connected(address, reads=False) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        _ensure_schema(connection)
        yield connection


@contextmanager
def reading(url: str) -> Iterator[sa.Connection]:
    """Open the register to read; where there is none, an empty one that nothing is left of. Errors: as `writing`."""
    address = _address(url)
    version = _version_at(address)
    if version is not None and version < SCHEMA_VERSION:
        with writing(url):
            pass  # opening it to write brings it up to date
    with _connected(_IN_MEMORY if version is None else address) as connection, connection.begin():
        if version is None:
            METADATA.create_all(connection)
        yield connection


def utc_text(at: dt.datetime) -> str:
    """Return an instant of naive WIB as UTC text."""
    return (at - _WIB_AHEAD).strftime(_UTC_TEXT)


def wib(text: str) -> dt.datetime:
    """Return the naive WIB instant of a UTC text."""
    return dt.datetime.fromisoformat(text.removesuffix("Z")) + _WIB_AHEAD


def _address(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except sa.exc.ArgumentError:
        raise UsageError(f"{URL_NAME} is no database URL; write it like postgresql+psycopg://host/database") from None


def _version_at(address: sa.URL) -> int | None:
    """Return the version of the register at an address; none there: None."""
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return None
    with _connected(address) as connection:
        return _version(connection)


@contextmanager
def _connected(address: sa.URL, *, reads: bool = True) -> Iterator[sa.Connection]:
    try:
        engine = _engine(address)
    except (sa.exc.NoSuchModuleError, ModuleNotFoundError):
        raise UsageError(
            f"{URL_NAME}: no driver for {address.drivername} is installed; "
            "for postgresql+psycopg install caringmon[postgres]"
        ) from None
    try:
        with engine.connect() as connection:
            yield connection.execution_options(**{_READS: reads})
    except sa.exc.OperationalError as problem:
        if "locked" in str(problem.orig):
            raise RefusedError("register: another run has been writing for half a minute; try later") from None
        raise DataBlockedError(
            "register: the database cannot be opened; check its address and user, and that it runs", _UNREADABLE
        ) from None
    except sa.exc.DatabaseError as problem:
        if type(problem) is not sa.exc.DatabaseError:
            raise
        raise DataBlockedError(
            "register: the file is damaged or no database; put back the copy last kept", _UNREADABLE
        ) from None
    finally:
        engine.dispose()


def _engine(address: sa.URL) -> sa.Engine:
    if address.get_backend_name() != "sqlite":
        return sa.create_engine(address, poolclass=NullPool)
    engine = sa.create_engine(address, poolclass=NullPool, connect_args={"timeout": PATIENCE_SECONDS})
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: sa.engine.interfaces.DBAPIConnection, _: sa.pool.ConnectionPoolEntry) -> None:
    # The driver would begin by itself, and late: a transaction that read before it writes would then find it locked.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _ensure_schema(connection: sa.Connection) -> None:
    version = _version(connection)
    if version is None or version < SCHEMA_VERSION:
        METADATA.create_all(connection)
        connection.execute(sa.insert(SCHEMA).values(version=SCHEMA_VERSION))


def _version(connection: sa.Connection) -> int | None:
    """Return the version of an open register; none yet: None. A newer one than ours: RefusedError."""
    if not sa.inspect(connection).has_table(SCHEMA.name):
        return None
    version = connection.scalar(sa.select(sa.func.max(SCHEMA.c.version))) or 0
    if version > SCHEMA_VERSION:
        raise RefusedError(
            f"register: made by a newer version of caringmon (schema {version}, this one knows {SCHEMA_VERSION}); "
            "update caringmon",
            _UNREADABLE,
        )
    return version
