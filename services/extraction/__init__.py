"""From an answer's text to a program: files, entry, environment and dependencies. Pure, bounded, runs nothing."""
