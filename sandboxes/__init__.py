"""Run untrusted code and report truthfully what happened. Knows nothing of battles."""
