"""Serves each running app from an origin of its own."""
