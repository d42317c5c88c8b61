"""The per-battle event log that live pages and the command line follow."""
