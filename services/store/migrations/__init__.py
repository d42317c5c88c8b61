"""Alembic migrations of the store; `services.store.schema` runs them."""
