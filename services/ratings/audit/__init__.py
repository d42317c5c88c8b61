"""The audit of the arena by itself: what it declared, held against what it did.

Pure functions over the registry's history, the drawn battles and the judgements. Source of the four audits (private
testing, sampling rates, removals, data access): "The Leaderboard Illusion" (arXiv 2504.20879).
"""
