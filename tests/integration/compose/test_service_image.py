"""The application's image: it builds, and computes a published board from the export alone, to the last bit."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from services.arena.exports.vote_files import write_votes
from services.domain.judgement import Source, Winner
from services.domain.rating import Board
from services.ratings.standings import board_of
from tests.architecture.repository import ROOT
from tests.fixtures.records import NOW, vote

pytestmark = pytest.mark.engine
IMAGE = "runarena/app"
ALONE = ("--rm", "--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")


@pytest.fixture(scope="module", autouse=True)
def image() -> None:
    command = [sys.executable, "scripts/service_images.py", "app"]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200, check=False)
    assert built.returncode == 0, built.stderr[-3000:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3,000 votes of 20 contenders by 300 voters, and their board, as this process computes it."""
    found = tmp_path_factory.mktemp("published")
    rng = np.random.default_rng(8)
    winners = list(Winner)
    records = []
    for number in range(3000):
        one, other = sorted(rng.choice(20, 2, replace=False))
        winner = winners[rng.choice(4, p=[0.45, 0.3, 0.15, 0.1])]
        voter = f"v{rng.integers(300)}"
        records.append(vote(f"model-{one:02}", f"model-{other:02}", winner, number=number, voter=voter))
    write_votes(records, f"{found}/votes.jsonl")
    board = board_of(records, source=Source.HUMAN, computed_at=NOW, seed=20_260_101)
    (found / "board.json").write_bytes(TypeAdapter(Board).dump_json(board))
    for path in (found, *found.iterdir()):
        path.chmod(0o755)
    return found


def arena(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = ["docker", "run", *ALONE, "--volume", f"{folder}:/in:ro", IMAGE, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_board_is_computed_again_to_the_last_bit(folder: Path) -> None:
    words = ("leaderboard", "fit", "--votes", "/in/votes.jsonl", "--snapshot", "/in/board.json", "--json")
    first, second = arena(folder, *words), arena(folder, *words)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert "Equal to the published board in every rank, count" in first.stderr
    assert first.stdout == second.stdout


def test_it_says_what_it_is_and_answers_without_a_network(folder: Path) -> None:
    told = arena(folder, "--version")
    assert (told.returncode, told.stdout.split()[0]) == (0, "arena")
