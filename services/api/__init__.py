"""The HTTP interface: JSON and server-sent events."""
