"""The registry's history: written once, whoever starts first; private contenders stay off the boards."""

from types import SimpleNamespace

import pytest

from services.arena.registry_keeper import RegistryKeeper
from services.arena.sampling import PairSampler
from services.arena.vote_records import PRIVATE, VoteRecords
from services.domain.contender import Contender
from services.domain.judgement import Source
from services.domain.registry_event import RegistryEventKind as Kind
from services.errors import ConfigurationError
from services.ratings.sampling import Policy, Rule
from services.store.sql import SqlUnitOfWorkFactory
from tests.contract import store_values as some


def keeper(factory: SqlUnitOfWorkFactory, *contenders: Contender) -> RegistryKeeper:
    clock = SimpleNamespace(now=lambda: some.NOW, monotonic=lambda: 0.0)
    sampler = PairSampler(policy=Policy(rule=Rule.A_OPTIMAL), clock=clock, refresh_seconds=1)
    return RegistryKeeper(
        store=factory,
        clock=clock,
        catalogue=SimpleNamespace(contenders=lambda: contenders, open=None),
        sampler=sampler,
        private_variants=1,
    )


ANA = Contender(name="ana", model="a", organisation="Acme", licence="MIT")
BEN = Contender(name="ben", model="b")


def test_only_changes_are_written(store_factory: SqlUnitOfWorkFactory) -> None:
    first = keeper(store_factory, ANA, BEN).catch_up()
    assert [(event.sequence, event.kind, event.contender) for event in first] == [
        (1, Kind.POLICY, ""),
        (2, Kind.REGISTERED, "ana"),
        (3, Kind.REGISTERED, "ben"),
    ]
    assert first[0].details["policy"] == "a-optimal"
    assert first[0].details["fallback"] == "weighted"
    assert keeper(store_factory, ANA, BEN).catch_up() == []
    (gone,) = keeper(store_factory, ANA).catch_up()
    assert (gone.sequence, gone.kind, gone.contender) == (4, Kind.REMOVED, "ben")
    with store_factory() as uow:
        assert [*first, gone] == uow.registry.all()


def test_a_shown_standing_cannot_be_taken_back(store_factory: SqlUnitOfWorkFactory) -> None:
    keeper(store_factory, ANA).catch_up()
    hidden = Contender(name="ana", model="a", organisation="Acme", licence="MIT", public=False)
    with pytest.raises(ConfigurationError, match="cannot be taken back"):
        keeper(store_factory, hidden).catch_up()


def test_a_private_contender_counts_once_it_is_shown(store_factory: SqlUnitOfWorkFactory) -> None:
    some.fill(store_factory)
    with store_factory() as uow:
        uow.judgements.put(some.judgement())
        uow.commit()
    keeper(store_factory, ANA, Contender(name="ben", model="b", public=False)).catch_up()
    (record,) = VoteRecords(store=store_factory).of(Source.LLM)
    assert record.flags == (PRIVATE,)
    keeper(store_factory, ANA, BEN).catch_up()
    (record,) = VoteRecords(store=store_factory).of(Source.LLM)
    assert record.flags == ()
