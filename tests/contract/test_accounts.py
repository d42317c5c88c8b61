"""Accounts, their secrets, consents, admins' changes and histories on both kinds of database."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.arena.accounts import Accounts
from services.arena.admin_token import AdminToken
from services.arena.consents import ConsentNeeded, Consents
from services.arena.doorkeeper import Doorkeeper
from services.arena.history import PER_PAGE, History
from services.arena.limits import Limits
from services.arena.rested import Rested
from services.clock import RandomIds, SystemClock
from services.domain.account import CredentialKind, Role, digest_of
from services.domain.admin_change import AdminChange, ChangeKind
from services.domain.battle import BattleState
from services.domain.consent import NOTICE_VERSION
from services.domain.judgement import Winner
from services.domain.rate import Asked, Rate
from services.domain.vote import Vote
from services.errors import Conflict, Forbidden, InvalidRequest, NotFound, RateLimited
from services.store.sql import SqlUnitOfWorkFactory
from services.store.unit_of_work import UnitOfWork
from tests.contract import store_values as some
from tests.fixtures.memory_people import MemoryCounter

BY = "test"
ME = "a" * 32


class _Clock(SystemClock):
    """A clock that can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def accounts(store_factory: SqlUnitOfWorkFactory, clock: _Clock) -> Accounts:
    return Accounts(store=store_factory, clock=clock, ids=RandomIds())


@pytest.fixture
def door(store_factory: SqlUnitOfWorkFactory, clock: _Clock) -> Doorkeeper:
    limits = Limits(
        rates={Asked.SIGN_IN: Rate.of("3/minute")},
        address_factor=5,
        counter=MemoryCounter(),
        store=store_factory,
        rested=Rested(clock),
    )
    return Doorkeeper(
        store=store_factory,
        clock=clock,
        ids=RandomIds(),
        word=AdminToken(secret="a-word-of-the-setting"),
        limits=limits,
        anonymous=Role.VOTER,
        session_hours=1,
    )


def test_a_token_opens_its_account_until_it_is_revoked(
    accounts: Accounts, door: Doorkeeper, store_factory: SqlUnitOfWorkFactory
) -> None:
    accounts.create("rosa", Role.VOTER, by=BY)
    issued = accounts.issue("rosa", "laptop", by=BY)
    with store_factory() as uow:
        [kept] = uow.credentials.of_kind(CredentialKind.TOKEN)
    assert issued.secret not in repr(kept)
    assert kept.digest == digest_of(issued.secret)
    who = door.bearer(issued.secret, address="1.2.3.4")
    assert (who.name, who.role, who.voter) == ("rosa", Role.VOTER, f"account:{who.account}")
    [_], [token] = accounts.all()
    assert token.last_used_at is not None
    accounts.revoke(token.id, by=BY)
    accounts.revoke(token.id, by=BY)
    with pytest.raises(Forbidden):
        door.bearer(issued.secret, address="1.2.3.4")
    with store_factory() as uow:
        told = [(change.kind, change.details.get("did")) for change in uow.changes.recent(10)]
    assert told == [(ChangeKind.TOKEN, "revoked"), (ChangeKind.TOKEN, "made"), (ChangeKind.ACCOUNT, "created")]


def test_a_token_expires_and_a_closed_account_opens_for_nobody(
    accounts: Accounts, door: Doorkeeper, clock: _Clock
) -> None:
    accounts.create("rosa", Role.ADMIN, by=BY)
    short = accounts.issue("rosa", "a day", by=BY, days=1).secret
    long = accounts.issue("rosa", "for ever", by=BY).secret
    clock.ahead = timedelta(days=2)
    with pytest.raises(Forbidden):
        door.bearer(short, address="a")
    cookie = door.sign_in(long, address="b")
    who = door.session(cookie)
    assert who is not None
    assert who.role is Role.ADMIN
    accounts.close("rosa", by=BY)
    assert door.session(cookie) is None
    with pytest.raises(Forbidden):
        door.bearer(long, address="c")
    with pytest.raises(NotFound):
        accounts.issue("rosa", "more", by=BY)
    with pytest.raises(Conflict):
        accounts.create("rosa", Role.ADMIN, by=BY)


def test_a_link_works_once_and_not_for_long(accounts: Accounts, door: Doorkeeper, clock: _Clock) -> None:
    accounts.create("rosa", Role.ADMIN, by=BY)
    link = accounts.link("rosa", by=BY).secret
    with pytest.raises(Forbidden):
        door.bearer(link, address="a")
    cookie = door.sign_in(link, address="a")
    who = door.session(cookie)
    assert who is not None
    with pytest.raises(Forbidden):
        door.sign_in(link, address="a")
    late = accounts.link("rosa", by=BY).secret
    clock.ahead = timedelta(minutes=16)
    with pytest.raises(Forbidden):
        door.sign_in(late, address="a")
    door.sign_out(who)
    assert door.session(cookie) is None


def test_a_session_ends_and_is_swept_away(
    accounts: Accounts, door: Doorkeeper, clock: _Clock, store_factory: SqlUnitOfWorkFactory
) -> None:
    accounts.create("rosa", Role.ADMIN, by=BY)
    cookie = door.sign_in(accounts.link("rosa", by=BY).secret, address="a")
    clock.ahead = timedelta(hours=2)
    assert door.session(cookie) is None
    door.sign_in(accounts.link("rosa", by=BY).secret, address="a")
    with store_factory() as uow:
        assert len(uow.credentials.of_kind(CredentialKind.SESSION)) == 1


def test_guesses_are_limited_by_address_and_what_is_right_is_not_counted(accounts: Accounts, door: Doorkeeper) -> None:
    accounts.create("rosa", Role.ADMIN, by=BY)
    token = accounts.issue("rosa", "x", by=BY).secret
    for _ in range(5):
        door.bearer("a-word-of-the-setting", address="here")
        door.sign_in(token, address="here")
    for _ in range(3):
        with pytest.raises(Forbidden):
            door.bearer("wrong", address="here")
    with pytest.raises(RateLimited) as refused:
        door.sign_in("wrong", address="here")
    assert refused.value.retry_after_seconds > 0
    # what might be a guess is not even looked at, what cannot be guessed is
    with pytest.raises(RateLimited):
        door.bearer("a-word-of-the-setting", address="here")
    assert door.bearer(token, address="here").name == "rosa"
    assert door.bearer("a-word-of-the-setting", address="elsewhere").role is Role.ADMIN


@pytest.mark.parametrize("name", ["", "Rosa", "-x", "x-", "a b", "x" * 65, "../x", "é"])
def test_names_are_plain(accounts: Accounts, name: str) -> None:
    with pytest.raises(InvalidRequest):
        accounts.create(name, Role.VIEWER, by=BY)


@pytest.mark.parametrize(("title", "days"), [("", None), ("x" * 81, None), ("a\nb", None), ("x", 0), ("x", 99_999)])
def test_titles_and_days_are_checked(accounts: Accounts, title: str, days: int | None) -> None:
    accounts.create("rosa", Role.VIEWER, by=BY)
    with pytest.raises(InvalidRequest):
        accounts.issue("rosa", title, by=BY, days=days)


def test_changes_are_numbered_once(store_factory: SqlUnitOfWorkFactory) -> None:
    def change(number: int, rate: str) -> AdminChange:
        return AdminChange(
            sequence=number, at=some.NOW, actor="x", kind=ChangeKind.LIMIT, subject="votes", details={"rate": rate}
        )

    with store_factory() as uow:
        assert uow.changes.last() == 0
        assert uow.changes.append([change(1, "1/hour"), change(2, "2/hour")])
        assert not uow.changes.append([change(3, "3/hour"), change(2, "4/hour")])
        uow.commit()
    with store_factory() as uow:
        assert uow.changes.last() == 2
        assert [one.details["rate"] for one in uow.changes.of_kinds([ChangeKind.LIMIT])] == ["1/hour", "2/hour"]
        assert uow.changes.of_kinds([ChangeKind.POLICY]) == []
        assert [one.sequence for one in uow.changes.recent(1)] == [2]


def test_consent_is_to_one_notice_and_can_be_given_again(store_factory: SqlUnitOfWorkFactory, clock: _Clock) -> None:
    consents = Consents(store=store_factory, clock=clock, required=True)
    assert consents.asks(ME, known=True)
    with pytest.raises(ConsentNeeded):
        consents.check(ME)
    with pytest.raises(ConsentNeeded):
        consents.give(ME, version="another", training=True)
    consents.give(ME, version=NOTICE_VERSION, training=True)
    consents.give(ME, version=NOTICE_VERSION, training=False)
    consents.check(ME)
    found = consents.of(ME)
    assert found is not None
    assert (found.training, found.version) == (False, NOTICE_VERSION)
    with store_factory() as uow:
        uow.consents.put(replace(found, version="an older one"))
        uow.commit()
    assert consents.asks(ME, known=True)
    assert not Consents(store=store_factory, clock=clock, required=False).asks(ME, known=True)


def _battle(
    uow: UnitOfWork, number: int, *, owner: str, voter: str = "", state: BattleState = BattleState.COMPLETE
) -> None:
    battle = some.battle(id=f"{number:032x}", owner=owner, state=state, created_at=some.at(number // 2))
    uow.battles.add(battle)
    uow.battles.add_turn(some.turn(id=f"t{number}", battle_id=battle.id, prompt=f"Prompt {number}"))
    if voter:
        uow.votes.add(
            Vote(
                id=f"v{number}",
                battle_id=battle.id,
                choice=Winner.A,
                voter=voter,
                idempotency_key="k",
                created_at=some.at(number),
            )
        )


def test_a_history_is_ones_own_in_pages_and_blind(store_factory: SqlUnitOfWorkFactory) -> None:
    with store_factory() as uow:
        for number in range(PER_PAGE + 5):
            _battle(uow, number, owner=ME)
        _battle(uow, 100, owner="somebody", voter=ME, state=BattleState.VOTED)
        _battle(uow, 101, owner="somebody", voter="somebody", state=BattleState.VOTED)
        _battle(uow, 102, owner=ME, voter="somebody", state=BattleState.VOTED)
        uow.commit()
    history = History(store=store_factory)
    first = history.page(ME)
    second = history.page(ME, cursor=first.older)
    assert (len(first.rows), len(second.rows), second.older) == (PER_PAGE, 7, "")
    rows = [*first.rows, *second.rows]
    assert [int(row.id, 16) for row in rows] == [102, 100, *reversed(range(PER_PAGE + 5))]
    assert [(row.contender_a, row.choice, row.mine) for row in rows[:3]] == [
        ("ana", None, True),
        ("ana", Winner.A, False),
        ("", None, True),
    ]
    assert history.page("nobody").rows == []
    for wrong in ("x", "1-2", f"{'9' * 20}-{'0' * 32}"):
        with pytest.raises(InvalidRequest):
            history.page(ME, cursor=wrong)
    with store_factory() as uow:
        assert uow.history.recent_ends(some.at(-1)) == (PER_PAGE + 8, 0)
        assert uow.history.recent_ends(some.at(10_000)) == (0, 0)
