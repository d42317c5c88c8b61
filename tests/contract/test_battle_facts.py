"""Facts of judged battles, on every database: found once, near-duplicate prompts in one group whoever finds them."""

from services.arena.battle_facts import VERSION, FactFinder
from services.domain.battle import BattleState
from services.domain.side import Side
from services.store.sql import SqlUnitOfWorkFactory
from tests.contract import store_values as some

PROMPT = "Write a Python program that prints the first twenty prime numbers, one per line, and then their sum."


def judged(factory: SqlUnitOfWorkFactory, number: int, prompt: str) -> str:
    """A battle that was judged; its id."""
    key, turn = f"battle-{number}", f"turn-{number}"
    with factory() as uow:
        uow.battles.add(some.battle(id=key, state=BattleState.COMPLETE))
        uow.battles.add_turn(some.turn(id=turn, battle_id=key, prompt=prompt))
        for side in Side:
            uow.answers.add(some.answer(id=f"{turn}-{side}", battle_id=key, turn_id=turn, side=side))
        uow.judgements.put(some.judgement(id=f"j-{number}", battle_id=key, turn_id=turn))
        uow.commit()
    return key


def groups(factory: SqlUnitOfWorkFactory, *keys: str) -> list[str]:
    with factory() as uow:
        found = [uow.facts.find(key) for key in keys]
    assert all(facts is not None and facts.version == VERSION for facts in found)
    return [facts.prompt_group for facts in found if facts is not None]


def test_near_duplicates_share_a_group_across_processes(store_factory: SqlUnitOfWorkFactory) -> None:
    first = judged(store_factory, 1, PROMPT)
    other = judged(store_factory, 2, "Draw a small Christmas tree with asterisks in the terminal, please.")
    assert FactFinder(store_factory).catch_up(at_most=10) == 2
    again = judged(store_factory, 3, PROMPT.replace("twenty", "20"))
    # another finder, as another process or the next start has one
    assert FactFinder(store_factory).catch_up(at_most=10) == 1
    one, two, three = groups(store_factory, first, other, again)
    assert one == three
    assert one != two
    assert FactFinder(store_factory).catch_up(at_most=10) == 0


def test_so_many_at_once_and_the_rest_later(store_factory: SqlUnitOfWorkFactory) -> None:
    keys = [judged(store_factory, number, f"{PROMPT} {number}") for number in range(5)]
    finder = FactFinder(store_factory)
    assert [finder.catch_up(at_most=3), finder.catch_up(at_most=3)] == [3, 2]
    assert len(groups(store_factory, *keys)) == 5
