"""Judges: a human vote, an LLM's verdict or what ran -> a Judgement."""
