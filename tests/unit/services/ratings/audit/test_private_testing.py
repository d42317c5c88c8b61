"""What is tried in private, and what showing the best of it is worth."""

import numpy as np
import pytest

from services.domain.registry_event import RegistryEvent
from services.ratings.audit.best_of_n import exchangeable_error, inflation
from services.ratings.audit.finding import Code
from services.ratings.audit.private_testing import private_families, private_findings
from services.ratings.audit.registry_state import replay
from tests.fixtures.registry_history import history


@pytest.mark.parametrize(
    ("variants", "points"),
    [(1, 0.0), (2, 10 / np.sqrt(np.pi)), (3, 15 / np.sqrt(np.pi)), (5, 11.63), (10, 15.39), (27, 20.0)],
)
def test_the_best_of_several_equals_looks_better_than_one(variants: int, points: float) -> None:
    assert inflation(variants, 10.0).points == pytest.approx(points, abs=0.1)
    assert inflation(variants, 20.0).points == pytest.approx(2 * points, abs=0.2)


def test_the_worth_agrees_with_simulation() -> None:
    best = np.random.default_rng(1).normal(0, 10, (100_000, 10)).max(axis=1)
    found = inflation(10, 10.0)
    assert found.points == pytest.approx(best.mean(), abs=0.1)
    assert found.deviation == pytest.approx(best.std(), abs=0.1)


@pytest.mark.parametrize(("variants", "error"), [(0, 1.0), (2, -1.0), (2, float("nan"))])
def test_nonsense_is_refused(variants: int, error: float) -> None:
    with pytest.raises(ValueError, match="Best-of-N"):
        inflation(variants, error)


def test_errors_that_variants_share_cancel() -> None:
    assert exchangeable_error(np.array([[5.0, 1.0], [1.0, 5.0]])) == pytest.approx(2)
    assert exchangeable_error(np.array([[5.0]])) == 0


def tried(count: int, *, retracted: int, shown: int) -> list[RegistryEvent]:
    facts = {"provider": "Acme", "family": "owl", "public": "no"}
    return history(
        *((0, "registered", f"owl-{i}", facts) for i in range(count)),
        *((1, "retracted", f"owl-{i}", {}) for i in range(retracted)),
        *((2, "published", f"owl-{retracted + i}", {}) for i in range(shown)),
    )


@pytest.mark.parametrize(
    ("count", "retracted", "shown", "codes"),
    [
        (2, 0, 2, []),
        (3, 0, 1, []),
        (3, 3, 0, []),
        (1, 1, 0, []),
        (3, 2, 1, [Code.SELECTIVE_PUBLICATION]),
        (4, 0, 4, [Code.TOO_MANY_PRIVATE]),
        (10, 9, 1, [Code.SELECTIVE_PUBLICATION, Code.TOO_MANY_PRIVATE]),
    ],
)
def test_taking_away_and_trying_too_much_are_named(count: int, retracted: int, shown: int, codes: list[Code]) -> None:
    (family,) = private_families(replay(tried(count, retracted=retracted, shown=shown)).entries, [], None)
    assert (family.variants, family.gone, family.shown) == (count, retracted, shown)
    assert family.waiting == count - retracted - shown
    found = private_findings([family], cap=3)
    assert [row.code for row in found] == codes
    assert {row.subject for row in found} <= {"Acme"}
