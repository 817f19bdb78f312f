"""Alembic's environment: runs the steps on the connection given, inside the caller's transaction."""

from alembic import context

from opsdesk.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
context.run_migrations()
