"""Which rule draws, from which counts, and what is said of it. The counts come from a real SQLite store."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from services.arena.sampling import Pairing, PairSampler
from services.clock import SystemClock
from services.container import Services
from services.domain.contender import Contender
from services.domain.judgement import SeatOrder, Source, Winner
from services.errors import PrerequisiteError
from services.ratings.sampling import Policy, Rule
from services.store import schema
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from tests.contract import store_values as some
from tests.fixtures.arena_services import NAMES, assemble

TRIO = tuple(Contender(name=name, model=name) for name in ("x", "y", "z"))
LEAST_MET = Policy(rule=Rule.LEAST_MET, floor=0.2, newcomer_boost=1)


class HandClock(SystemClock):
    """A clock whose seconds pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def store(tmp_path: Path) -> SqlUnitOfWorkFactory:
    url = f"sqlite:///{tmp_path}/arena.db"
    schema.upgrade(url)
    return SqlUnitOfWorkFactory(create_engine_for(url))


@pytest.fixture
def play(store: SqlUnitOfWorkFactory) -> Callable[..., None]:
    """Stores so many voted battles of a pair."""
    numbers = count()

    def stored(first: str, second: str, winner: Winner, times: int = 1, **battle: object) -> None:
        with store() as uow:
            for number in map(str, (next(numbers) for _ in range(times))):
                uow.battles.add(some.battle(id=number, contender_a=first, contender_b=second, **battle))
                uow.battles.add_turn(some.turn(id=number, battle_id=number))
                judged = some.judgement(id=number, battle_id=number, turn_id=number, winner=winner)
                uow.judgements.put(replace(judged, source=Source.HUMAN, order=SeatOrder.AB))
            uow.commit()

    return stored


def sampler(policy: Policy = LEAST_MET, *, clock: HandClock | None = None, refresh_seconds: float = 0) -> PairSampler:
    return PairSampler(policy=policy, clock=clock or HandClock(), refresh_seconds=refresh_seconds)


def draw(pairs: PairSampler, store: SqlUnitOfWorkFactory, rng: random.Random | None = None) -> Pairing:
    with store() as uow:
        return pairs.draw(uow, TRIO, rng or random.Random(5))


def chances(pairs: PairSampler, store: SqlUnitOfWorkFactory) -> dict[tuple[str, str], float]:
    with store() as uow:
        return dict(pairs.table(uow, TRIO)[1].items())


def test_stored_probability_policy_and_version_are_those_that_drew(store: SqlUnitOfWorkFactory) -> None:
    services: Services = assemble(store=store)
    battle = services.battles.create("build it")
    assert battle.policy == "least-met"
    assert battle.policy_version == Policy(rule=Rule.LEAST_MET).version
    assert battle.pair_probability == 1
    chosen = services.battles.create("build it", contenders=(NAMES[0], NAMES[1]))
    assert (chosen.policy, chosen.policy_version, chosen.pair_probability) == ("chosen", "1", 1)


def test_battles_in_the_store_make_a_pair_less_likely(store: SqlUnitOfWorkFactory, play: Callable[..., None]) -> None:
    play("y", "x", Winner.A)
    assert chances(sampler(), store)["x", "y"] == pytest.approx(0.8 * 0.25 / 2.25 + 0.2 / 3)


def test_seats_are_drawn_fairly(store: SqlUnitOfWorkFactory) -> None:
    rng, pairs = random.Random(11), sampler(refresh_seconds=60)
    drawn = [draw(pairs, store, rng) for _ in range(2000)]
    seats = Counter(pair.contender_a < pair.contender_b for pair in drawn)
    assert seats[True] / 2000 == pytest.approx(0.5, abs=0.03)


def test_only_enabled_contenders_play_and_it_takes_two(store: SqlUnitOfWorkFactory) -> None:
    off = replace(TRIO[0], enabled=False)
    with store() as uow:
        assert sampler().draw(uow, (off, *TRIO[1:]), random.Random(3)).probability == 1
        with pytest.raises(PrerequisiteError, match="two"):
            sampler().draw(uow, (off, TRIO[1]), random.Random(3))


def test_own_draws_count_at_once_and_those_of_others_after_the_refresh(
    store: SqlUnitOfWorkFactory, play: Callable[..., None]
) -> None:
    clock = HandClock()
    pairs = sampler(clock=clock, refresh_seconds=10)
    drawn = draw(pairs, store)
    key = (min(drawn.contender_a, drawn.contender_b), max(drawn.contender_a, drawn.contender_b))
    after_one = chances(pairs, store)
    assert after_one[key] == pytest.approx(0.8 * 0.25 / 2.25 + 0.2 / 3)
    play("x", "z", Winner.A, times=3)
    clock.seconds += 9.9
    assert chances(pairs, store) == after_one
    clock.seconds += 0.1
    # what was drawn above was never stored, so it is forgotten
    assert chances(pairs, store)["x", "z"] == pytest.approx(0.8 / 16 / (2 + 1 / 16) + 0.2 / 3)


def test_a_slow_read_earns_a_longer_rest(store: SqlUnitOfWorkFactory, play: Callable[..., None]) -> None:
    clock = HandClock()
    pairs = sampler(clock=clock, refresh_seconds=10)
    with store() as uow:
        read = uow.battles.pair_counts

        def slow(**_: object) -> dict[tuple[str, str], int]:
            clock.seconds += 2
            return read()

        uow.battles.pair_counts = slow  # type: ignore[method-assign]
        before = dict(pairs.table(uow, TRIO)[1].items())
    play("x", "y", Winner.A)
    clock.seconds += 99
    assert chances(pairs, store) == before
    clock.seconds += 1
    assert chances(pairs, store) != before


def test_while_one_reads_the_others_draw_from_what_is_known(
    store: SqlUnitOfWorkFactory, play: Callable[..., None]
) -> None:
    pairs = sampler()
    before = chances(pairs, store)
    play("x", "y", Winner.A)
    during: list[dict[tuple[str, str], float]] = []
    with store() as uow:
        read = uow.battles.pair_counts

        def overtaken(**_: object) -> dict[tuple[str, str], int]:
            during.append(dict(pairs.table(uow, TRIO)[1].items()))
            return read()

        uow.battles.pair_counts = overtaken  # type: ignore[method-assign]
        after = dict(pairs.table(uow, TRIO)[1].items())
    assert during == [before]
    assert after["x", "y"] < before["x", "y"]


def test_another_set_of_contenders_gets_a_table_of_its_own(store: SqlUnitOfWorkFactory) -> None:
    pairs = sampler(refresh_seconds=1000)
    assert len(chances(pairs, store)) == 3
    with store() as uow:
        assert len(pairs.table(uow, TRIO[:2])[1].probability) == 1


def test_a_optimal_waits_for_votes_and_says_who_drew_until_then(
    store: SqlUnitOfWorkFactory, play: Callable[..., None]
) -> None:
    policy = Policy(rule=Rule.A_OPTIMAL, warmup_votes=4, newcomer_boost=1)
    play("x", "y", Winner.A, times=2)
    play("y", "x", Winner.A, times=3)
    early = draw(sampler(policy), store)
    assert (early.policy, early.policy_version) == ("weighted", replace(policy, rule=Rule.WEIGHTED).version)
    assert early.probability == pytest.approx(1 / 3)
    play("z", "x", Winner.TIE)
    late = draw(sampler(policy), store)
    assert (late.policy, late.policy_version) == ("a-optimal", policy.version)
    table = chances(sampler(policy), store)
    assert table["x", "y"] < 1 / 3 < min(table["x", "z"], table["y", "z"])


def test_the_paper_rule_counts_votes_in_both_seats(store: SqlUnitOfWorkFactory, play: Callable[..., None]) -> None:
    play("x", "y", Winner.A, times=4)
    play("y", "x", Winner.B, times=4)
    play("x", "z", Winner.TIE, times=8)
    table = chances(sampler(Policy(rule=Rule.PAPER, newcomer_boost=1)), store)
    # eight one-sided votes leave less to learn than eight ties, and none at all leave most
    assert table["x", "y"] < table["x", "z"] < table["y", "z"]


def test_votes_on_chosen_void_and_unranked_battles_are_not_counted(
    store: SqlUnitOfWorkFactory, play: Callable[..., None]
) -> None:
    policy = Policy(rule=Rule.WEIGHTED, newcomer_votes=5)
    play("x", "y", Winner.A, times=4)
    play("x", "y", Winner.A, times=4, policy="chosen")
    play("x", "y", Winner.A, times=4, ranked=False)
    assert chances(sampler(policy), store)["x", "y"] == pytest.approx(1 / 3)
    play("x", "y", Winner.A)
    assert chances(sampler(policy), store)["x", "y"] == pytest.approx(0.8 / 11 + 0.2 / 3)


def test_without_a_fit_votes_alone_say_who_is_new(
    store: SqlUnitOfWorkFactory, play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    play("x", "y", Winner.A, times=40)

    def fails(*_: object) -> None:
        raise ArithmeticError("no convergence")

    monkeypatch.setattr("services.arena.sampling.strengths_of", fails)
    policy = Policy(rule=Rule.A_OPTIMAL, newcomer_half_width=50, warmup_votes=1)
    found = draw(sampler(policy), store)
    assert found.policy == "weighted"
    assert found.policy_version == Policy(rule=Rule.WEIGHTED).version


def test_the_declaration_names_every_policy_that_may_draw() -> None:
    optimal = Policy(rule=Rule.A_OPTIMAL, newcomer_half_width=40)
    assert sampler(optimal).declaration == {
        "policy": "a-optimal",
        "version": optimal.version,
        "revision": "1",
        "floor": "0.2",
        "newcomer_boost": "5",
        "newcomer_votes": "3000",
        "newcomer_half_width": "40",
        "warmup_votes": "30",
        "fallback": "weighted",
        "fallback_version": Policy(rule=Rule.WEIGHTED).version,
    }
    assert "fallback" not in sampler(LEAST_MET).declaration


def test_draws_of_several_threads_are_all_counted(store: SqlUnitOfWorkFactory) -> None:
    pairs = sampler(replace(LEAST_MET, floor=1e-9), refresh_seconds=1000)
    draw(pairs, store)
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda seed: draw(pairs, store, random.Random(seed)), range(60)))
    met = Counter(frozenset((one.contender_a, one.contender_b)) for one in drawn)
    first = draw(sampler(replace(LEAST_MET, floor=1e-9)), store)
    met[frozenset((first.contender_a, first.contender_b))] += 1
    scores = {pair: 1 / (1 + met[frozenset(pair)]) ** 2 for pair, _ in chances(pairs, store).items()}
    assert chances(pairs, store) == pytest.approx({p: s / sum(scores.values()) for p, s in scores.items()})


def test_the_declaration_loses_no_digit() -> None:
    declared = sampler(Policy(rule=Rule.WEIGHTED, floor=0.123456789)).declaration
    assert float(declared["floor"]) == 0.123456789
