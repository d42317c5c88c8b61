"""The fit against evalica, and against the committed ratings of real votes."""

import csv
import json
import os
from pathlib import Path

import evalica
import numpy as np
import pytest

from services.domain.judgement import Source, Winner
from services.domain.vote_record import VoteRecord
from services.ratings.bradley_terry import POINTS_PER_LOGIT
from services.ratings.standings import board_of
from tests.fixtures.records import NOW, vote

GOLDEN = Path(__file__).parents[3] / "golden" / "ratings" / "llmfao-crowd.json"
EVALICA = {
    Winner.A: evalica.Winner.X,
    Winner.B: evalica.Winner.Y,
    Winner.TIE: evalica.Winner.Draw,
    Winner.BOTH_BAD: evalica.Winner.Draw,
}


def ratings(records: list[VoteRecord]) -> dict[str, float]:
    found = board_of(records, source=Source.HUMAN, seed=0, computed_at=NOW)
    return {row.contender: row.score for row in found.standings}


def test_random_arena_agrees_with_evalica() -> None:
    rng = np.random.default_rng(1)
    pairs = [rng.choice(9, size=2, replace=False) for _ in range(1500)]
    rows = [vote(f"m{a}", f"m{b}", list(Winner)[rng.integers(4)], number=i) for i, (a, b) in enumerate(pairs)]
    result = evalica.bradley_terry(
        [row.contender_a for row in rows],
        [row.contender_b for row in rows],
        [EVALICA[row.winner] for row in rows if row.winner],
        tolerance=1e-12,
        limit=100_000,
    )
    logs = {name: float(np.log(value)) for name, value in result.scores.items()}
    mean = sum(logs.values()) / len(logs)
    expected = {name: 1000 + POINTS_PER_LOGIT * (value - mean) for name, value in logs.items()}
    assert ratings(rows) == pytest.approx(expected, abs=1e-5)


@pytest.mark.shared_data
@pytest.mark.skipif(not os.environ.get("ARENA_SHARED_DATA"), reason="ARENA_SHARED_DATA is not set")
def test_real_votes_give_the_golden_ratings() -> None:
    path = Path(os.environ["ARENA_SHARED_DATA"]) / "llmfao" / "crowd-comparisons.csv"
    words = {"left": Winner.A, "right": Winner.B, "tie": Winner.TIE}
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            vote(r["left"], r["right"], words[r["winner"]], number=i, voter=r["worker"])
            for i, r in enumerate(csv.DictReader(file))
        ]
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))["scores"]
    assert ratings(rows) == pytest.approx(golden, abs=1e-3)
