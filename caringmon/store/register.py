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

from caringmon.errors import DataBlockedError, RefusedError, UsageError

URL_NAME = "CARINGMON_REGISTER_URL"
SCHEMA_VERSION = 1
PATIENCE_SECONDS = 30
METADATA = sa.MetaData()
_SCHEMA = sa.Table("register_schema", METADATA, sa.Column("version", sa.Integer, primary_key=True))
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
    is_there = _is_made(address)
    with _connected(address if is_there else _IN_MEMORY) as connection, connection.begin():
        if is_there:
            _refuse_newer(connection)
        else:
            METADATA.create_all(connection)
        yield connection


def utc_text(at: dt.datetime) -> str:
    """Return an instant of naive WIB as UTC text."""
    return (at - _WIB_AHEAD).strftime(_UTC_TEXT)


def wib(text: str) -> dt.datetime:
    """Return the naive WIB instant of a UTC text."""
    return dt.datetime.strptime(text, _UTC_TEXT) + _WIB_AHEAD


def _address(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except sa.exc.ArgumentError:
        raise UsageError(f"{URL_NAME} is no database URL; write it like postgresql+psycopg://host/database") from None


def _is_made(address: sa.URL) -> bool:
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return False
    with _connected(address) as connection:
        return sa.inspect(connection).has_table(_SCHEMA.name)


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
            "register: the database cannot be opened; check its address and user, and that it runs"
        ) from None
    except sa.exc.DatabaseError as problem:
        if type(problem) is not sa.exc.DatabaseError:
            raise
        raise DataBlockedError("register: the file is damaged or no database; put back the copy last kept") from None
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
    METADATA.create_all(connection)
    if connection.scalar(sa.select(_SCHEMA.c.version)) is None:
        connection.execute(sa.insert(_SCHEMA).values(version=SCHEMA_VERSION))
    _refuse_newer(connection)


def _refuse_newer(connection: sa.Connection) -> None:
    version = connection.scalar(sa.select(sa.func.max(_SCHEMA.c.version))) or SCHEMA_VERSION
    if version > SCHEMA_VERSION:
        raise RefusedError(
            f"register: made by a newer version of caringmon (schema {version}, this one knows {SCHEMA_VERSION}); "
            "update caringmon"
        )
