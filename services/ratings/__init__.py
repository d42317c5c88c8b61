"""Ratings from pairwise judgements: pure numerics, recomputable from the published formulas."""
