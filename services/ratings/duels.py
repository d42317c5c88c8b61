"""Answers set against a baseline's on the same prompts, as arrays: what length control reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.domain.judgement import Winner
from services.domain.side import Side
from services.domain.vote_record import VoteRecord
from services.ratings.games import Floats, Integers

_POINTS = {Winner.A: 1.0, Winner.B: 0.0, Winner.TIE: 0.5, Winner.BOTH_BAD: 0.5}


@dataclass(frozen=True, kw_only=True)
class Duel:
    """One contender's answer against the baseline's: the (soft) share of preference it got, 0 to 1.

    `difference` is by how much its answer exceeds the baseline's in each feature (characters, tokens of code, ...).
    Rows with the same `cluster` are not independent.
    """

    contender: str
    prompt: str
    preference: float
    difference: Mapping[str, float]
    cluster: str = ""
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Duels:
    """M contenders on N prompts: `preference` and `weight` (M, N), `difference` (M, N, F), `clusters` (N,) codes.

    A pair that did not take place has weight 0; several of one pair are averaged.
    """

    contenders: tuple[str, ...]
    prompts: tuple[str, ...]
    features: tuple[str, ...]
    preference: Floats
    difference: Floats
    weight: Floats
    clusters: Integers

    @property
    def cluster_count(self) -> int:
        """How many independent groups of prompts there are."""
        return int(self.clusters.max()) + 1 if self.clusters.size else 0


def duels_from(rows: Sequence[Duel], *, features: Sequence[str]) -> Duels:
    """The arrays of `rows`; everything is numbered in alphabetical order, a prompt without a cluster is its own.

    Raises:
        ValueError: a preference is not between 0 and 1, a weight not positive, a feature missing or not finite, or
            a prompt belongs to two clusters.
    """
    cluster_of: dict[str, str] = {}
    for row in rows:
        _check(row, features)
        if cluster_of.setdefault(row.prompt, row.cluster or row.prompt) != (row.cluster or row.prompt):
            raise ValueError(f"The prompt {row.prompt} belongs to two clusters.")
    names, prompts = sorted({row.contender for row in rows}), sorted(cluster_of)
    at = {name: i for i, name in enumerate(names)}, {name: i for i, name in enumerate(prompts)}
    code = {name: i for i, name in enumerate(sorted(set(cluster_of.values())))}
    shape = len(names), len(prompts)
    weight, preference, difference = np.zeros(shape), np.zeros(shape), np.zeros((*shape, len(features)))
    for row in rows:
        cell = at[0][row.contender], at[1][row.prompt]
        weight[cell] += row.weight
        preference[cell] += row.weight * row.preference
        difference[cell] += row.weight * np.array([row.difference[name] for name in features])
    scale = np.where(weight > 0, weight, 1.0)
    return Duels(
        contenders=tuple(names),
        prompts=tuple(prompts),
        features=tuple(features),
        preference=preference / scale,
        difference=difference / scale[..., None],
        weight=(weight > 0).astype(np.float64),
        clusters=np.array([code[cluster_of[name]] for name in prompts], dtype=np.int64),
    )


def duels_of(records: Sequence[VoteRecord], *, baseline: str, features: Sequence[str]) -> list[Duel]:
    """The duels with `baseline` in counted records whose two sides have every feature.

    A prompt is its key, so judgements of the same pair in both seat orders, and of many voters, are averaged.
    """
    found = []
    groups: dict[str, str] = {}
    for record in records:
        if not record.counted or record.winner is None or baseline not in (record.contender_a, record.contender_b):
            continue
        own = Side.B if record.contender_a == baseline else Side.A
        ours, theirs = record.facts(own).style, record.facts(Side.A if own is Side.B else Side.B).style
        if not all(name in ours and name in theirs for name in features):
            continue
        points = _POINTS[record.winner]
        prompt = record.prompt_key or record.battle_id
        found.append(
            Duel(
                contender=record.contender(own),
                prompt=prompt,
                preference=points if own is Side.A else 1.0 - points,
                difference={name: ours[name] - theirs[name] for name in features},
                cluster=groups.setdefault(prompt, record.prompt_group or prompt),
                weight=record.weight,
            )
        )
    return found


def _check(row: Duel, features: Sequence[str]) -> None:
    if not 0 <= row.preference <= 1:
        raise ValueError(f"A preference lies between 0 and 1, not at {row.preference}.")
    if not (np.isfinite(row.weight) and row.weight > 0):
        raise ValueError(f"The weight of a duel must be positive and finite, not {row.weight}.")
    for name in features:
        if not np.isfinite(row.difference.get(name, np.nan)):
            raise ValueError(f"The duel of {row.contender} on {row.prompt} lacks a finite difference in {name}.")
