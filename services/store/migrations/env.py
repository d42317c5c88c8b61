"""What Alembic runs; the connection, inside its transaction and lock, comes from `services.store.schema`."""

from alembic import context

from services.store.account_tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
