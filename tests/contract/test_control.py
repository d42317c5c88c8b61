"""What admins change, on both kinds of database: noted, told to the registry, and right when several do it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.domain.admin_change import ChangeKind
from services.domain.consent import NOTICE_VERSION
from services.domain.registry_event import RegistryEventKind
from services.errors import Conflict, NotFound
from services.ratings.audit.registry_state import replay
from services.store.sql import SqlUnitOfWorkFactory
from tests.fixtures.arena_services import NAMES, assemble


def test_changes_at_the_same_moment_are_all_kept_in_one_order(store_factory: SqlUnitOfWorkFactory) -> None:
    processes = [assemble(store=store_factory, private=("mole-9", "mole-10")) for _ in range(3)]
    processes[0].access.control.keeper.catch_up()

    def change(number: int) -> None:
        control = processes[number % 3].access.control
        control.set_contender(NAMES[number % 2], enabled=True, weight=number + 2, by=f"admin-{number}")

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(change, range(9)))
    with store_factory() as uow:
        changes = uow.changes.of_kinds([ChangeKind.CONTENDER])
        events = uow.registry.all()
    assert [one.sequence for one in changes] == list(range(1, 10))
    assert {one.actor for one in changes} == {f"admin-{number}" for number in range(9)}
    state = replay(events)
    assert state.problems == ()
    now = {one.name: one.weight for one in processes[1].access.control.contenders()}
    assert {name: state.entries[name].weight for name in NAMES} == {name: now[name] for name in NAMES}


def test_a_refused_change_leaves_no_trace(store_factory: SqlUnitOfWorkFactory) -> None:
    services = assemble(store=store_factory)
    control = services.access.control
    control.keeper.catch_up()
    for name, kind in ((NAMES[0], Conflict), ("nobody", NotFound)):
        with pytest.raises(kind):
            control.set_contender(name, enabled=False, weight=1, by="test")
    with store_factory() as uow:
        assert uow.changes.last() == 0
        kinds = [event.kind for event in uow.registry.all()]
    assert kinds.count(RegistryEventKind.REGISTERED) == len(kinds) - 1


def test_a_battle_holds_what_its_owner_had_agreed_to(store_factory: SqlUnitOfWorkFactory) -> None:
    services = assemble(store=store_factory, consent=True)
    me = "a" * 32
    before = services.battles.create("Before.", owner=me)
    services.access.consents.give(me, version=NOTICE_VERSION, training=True)
    after = services.battles.create("After.", owner=me)
    with store_factory() as uow:
        found = [uow.battles.get(battle.id) for battle in (before, after)]
    assert [(one.consent_version, one.training_consent) for one in found] == [("", False), (NOTICE_VERSION, True)]
