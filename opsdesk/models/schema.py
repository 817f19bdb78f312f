"""Bringing a database to the schema of this program: whose file it is, how old it is, and the steps in between."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from opsdesk.models.engine import APPLICATION_ID

SCHEMA = 6
"""Number of the newest migration; stands in PRAGMA user_version of every database."""


class ForeignDatabase(Exception):
    """The file is an SQLite database of another program."""


class NewerDatabase(Exception):
    """The database was written by a newer OpsDesk; `args[0]` is its schema number."""


def schema_of(connection: Connection) -> int:
    """Schema number of the database; 0 for an empty one. Raises ForeignDatabase, NewerDatabase."""
    number = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    application = int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())
    tables = int(connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one())
    if application != APPLICATION_ID and (application or tables):
        raise ForeignDatabase
    if number > SCHEMA:
        raise NewerDatabase(number)
    return number


def migrate(connection: Connection) -> None:
    """Run the missing steps on `connection`, in its open transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA}")


def is_current(engine: Engine) -> bool:
    """True where nothing has to be migrated. Raises ForeignDatabase, NewerDatabase."""
    with engine.connect() as connection:
        return schema_of(connection) == SCHEMA
