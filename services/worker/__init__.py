"""The Celery adapter: thin tasks, one use-case call each."""
