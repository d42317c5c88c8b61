"""Records: what flags do to a judgement, and which follow from its battle alone."""

from dataclasses import replace

import pytest

from services.arena.vote_records import CHOSEN, REPEAT, with_rules
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.vote_record import Flag, FlagCode, VoteRecord, prompt_key_of
from tests.contract import store_values as some

SLOW = Flag(code=FlagCode.ANOMALOUS_VOTER, reason="Odd.", factor=0.5)
RECORD = VoteRecord(
    id="j", battle_id="b", source=Source.HUMAN, judge="human", order=SeatOrder.AB, contender_a="ana",
    contender_b="ben", winner=Winner.A, created_at=some.NOW, voter="p", policy="uniform", prompt_key="k",
)  # fmt: skip


def test_the_weight_is_the_product_of_the_flags() -> None:
    assert RECORD.weight == 1
    assert replace(RECORD, flags=(SLOW, SLOW)).weight == 0.25
    assert not replace(RECORD, flags=(SLOW, REPEAT)).counted


def test_nulls_and_self_battles_are_not_counted() -> None:
    assert RECORD.counted
    assert not replace(RECORD, winner=None).counted
    assert not replace(RECORD, contender_b="ana").counted


def test_the_cluster_is_the_voter_or_the_prompt() -> None:
    assert RECORD.cluster == "voter:p"
    assert replace(RECORD, voter="").cluster == "vote:j"
    automatic = replace(RECORD, source=Source.LLM)
    assert automatic.cluster == "prompt:k"
    assert replace(automatic, prompt_group="g").cluster == "prompt:g"
    assert replace(automatic, prompt_key="").cluster == "prompt:b"


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({}, ()),
        ({"flags": (SLOW,)}, (SLOW,)),
        ({"policy": "chosen", "flags": (SLOW,)}, (CHOSEN, SLOW)),
        ({"policy": "chosen", "source": Source.LLM}, ()),
        ({"repeat_of": "b0"}, (REPEAT,)),
    ],
)
def test_rules_follow_from_the_battle(changes: dict[str, object], flags: tuple[Flag, ...]) -> None:
    assert with_rules(replace(RECORD, **changes)).flags == flags  # type: ignore[arg-type]


@pytest.mark.parametrize("factor", [-0.1, 1.1])
def test_a_factor_lies_between_nothing_and_one(factor: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        replace(SLOW, factor=factor)


def test_prompts_that_differ_in_case_and_space_share_a_key() -> None:
    assert prompt_key_of(" Draw  a\nTREE ") == prompt_key_of("draw a tree") != prompt_key_of("draw a bee")
