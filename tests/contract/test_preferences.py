"""Preference pairs for training, on every database: what is in each form, what is left out and why, how it is split."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from services.arena.exports.files import FileFormat
from services.arena.exports.preferences.export import PreferenceExport
from services.arena.exports.preferences.forms import FACTS
from services.arena.exports.preferences.rules import Consent, LeftOut, PreferenceForm, PreferenceRules, Ties
from services.clock import SystemClock
from services.domain.answer import SidePhase
from services.domain.battle import BattleState
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.prompt import ERASED
from services.domain.registry_event import RegistryEvent, RegistryEventKind
from services.domain.side import Side
from services.domain.vote_record import BattleFacts, SideFacts, prompt_key_of
from services.errors import Conflict, InvalidRequest
from services.ratings.audit.licence_class import LicenceClass
from services.store.sql import SqlUnitOfWorkFactory
from tests.architecture.repository import ROOT
from tests.contract import store_values as some

ANY = PreferenceRules(consent=Consent.ANY)
HUMAN: dict[str, Any] = {"source": Source.HUMAN, "judge": "human", "order": SeatOrder.AB, "strength": 1}


def play(
    factory: SqlUnitOfWorkFactory,
    number: int,
    winner: Winner | None,
    *,
    answers: tuple[str, str] = ("one", "two"),
    prompt: str = "",
    group: str = "",
    turns: int = 1,
    **changes: Any,
) -> None:
    """A battle that was voted on; `group` is its near-duplicates' name."""
    key, asked = f"battle-{number:03}", prompt or f"prompt {number}"
    with factory() as uow:
        played = {"id": key, "state": BattleState.VOTED, "created_at": some.at(number), "judges": ()}
        uow.battles.add(some.battle(**played | changes))
        for index in range(turns):
            turn = f"turn-{number}-{index}"
            uow.battles.add_turn(some.turn(id=turn, battle_id=key, index=index, prompt=asked))
            for side, text in zip(Side, answers, strict=True):
                name = f"{turn}-{side}"
                finished = {"id": name, "battle_id": key, "turn_id": turn, "side": side, "phase": SidePhase.FINISHED}
                uow.answers.add(some.answer(**finished, text=text, problem=None))
        uow.snippets.put(some.snippet(id=f"s-{number}", answer_id=f"turn-{number}-0-a"))
        uow.executions.put(some.execution(id=f"e-{number}", battle_id=key, answer_id=f"turn-{number}-0-a"))
        last = {"battle_id": key, "turn_id": f"turn-{number}-{turns - 1}", "created_at": some.at(number)}
        uow.judgements.put(some.judgement(id=f"j-{number}", winner=winner, **last | HUMAN))
        facts: dict[str, Any] = {"prompt_key": prompt_key_of(asked), "prompt_group": group or prompt_key_of(asked)}
        facts |= {"side_a": SideFacts(), "side_b": SideFacts(), "version": "1"}
        uow.facts.put(BattleFacts(battle_id=key, category="web-design", **facts))
        uow.commit()


def export(factory: SqlUnitOfWorkFactory, out: Path, rules: PreferenceRules = ANY, **options: Any) -> Mapping[str, Any]:
    form = options.pop("form", PreferenceForm.REWARDBENCH)
    return PreferenceExport(store=factory, clock=SystemClock()).write(out, form=form, rules=rules, **options)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def rows(out: Path) -> list[dict[str, Any]]:
    return [row for split in ("train", "test") for row in lines(out / f"{split}.jsonl")]


def test_a_pair_holds_texts_names_and_what_happened_when_it_ran(
    store_factory: SqlUnitOfWorkFactory, tmp_path: Path
) -> None:
    play(store_factory, 1, Winner.B, answers=("first 🌍", "second"))
    manifest = export(store_factory, tmp_path / "out")
    (row,) = rows(tmp_path / "out")
    assert (row["chosen"], row["rejected"], row["prompt"]) == ("second", "first 🌍", "prompt 1")
    assert (row["chosen_model"], row["rejected_model"], row["subset"], row["id"]) == ("ben", "ana", "web-design", 0)
    execution = some.execution()
    assert row["rejected_outcome"] == execution.outcome.value
    assert row["rejected_stdout"] == execution.stdout.preview
    assert row["rejected_peak_memory_bytes"] == execution.peak_memory_bytes
    assert (row["chosen_outcome"], row["chosen_exit_code"]) == ("", None)
    assert (row["chosen_seat"], row["margin"], row["confidence"], row["consent"]) == ("b", 1.0, 1.0, False)
    assert (manifest["pairs"], manifest["bias"]["first_seat"]["point"]) == (1, 0)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text()) == manifest


def test_every_form_is_what_its_trainers_read(store_factory: SqlUnitOfWorkFactory, tmp_path: Path) -> None:
    play(store_factory, 1, Winner.A)
    play(store_factory, 2, Winner.B)
    one = PreferenceRules(consent=Consent.ANY, splits={"train": 1.0})
    export(store_factory, tmp_path / "trl", one, form=PreferenceForm.TRL)
    first, second = lines(tmp_path / "trl" / "train.jsonl")
    assert first["prompt"] == [{"role": "user", "content": "prompt 1"}]
    assert first["chosen"] == [{"role": "assistant", "content": "one"}]
    assert second["chosen"] == [{"role": "assistant", "content": "two"}]
    export(store_factory, tmp_path / "openai", one, form=PreferenceForm.OPENAI)
    line = lines(tmp_path / "openai" / "train.jsonl")[1]
    assert line == {
        "input": {"messages": [{"role": "user", "content": "prompt 2"}]},
        "preferred_output": [{"role": "assistant", "content": "two"}],
        "non_preferred_output": [{"role": "assistant", "content": "one"}],
    }
    facts = lines(tmp_path / "openai" / "train.facts.jsonl")
    assert [fact["battle_id"] for fact in facts] == ["battle-001", "battle-002"]
    assert list(facts[0]) == [column.name for column in FACTS]
    export(store_factory, tmp_path / "pairs", one, form=PreferenceForm.ANNOTATED_PAIRS)
    document = json.loads((tmp_path / "pairs" / "train.json").read_text())
    assert document["metadata"]["version"] == "2.0"
    assert document["metadata"]["default_annotator"] in document["annotators"]
    assert [found["annotations"] for found in document["comparisons"]] == [
        {"human": {"pref": "a"}},
        {"human": {"pref": "b"}},
    ]
    assert document["comparisons"][1]["response_b"]["model"] == "ben"
    export(store_factory, tmp_path / "parquet", one, form=PreferenceForm.TRL, file_format=FileFormat.PARQUET)
    assert pq.read_table(tmp_path / "parquet" / "train.parquet").to_pylist()[0]["chosen"] == first["chosen"]


def test_what_gives_no_pair_is_counted_with_its_reason(store_factory: SqlUnitOfWorkFactory, tmp_path: Path) -> None:
    play(store_factory, 1, Winner.A)
    play(store_factory, 2, Winner.TIE)
    play(store_factory, 3, Winner.A, turns=2)
    play(store_factory, 4, Winner.A, answers=("same", "same"))
    play(store_factory, 5, Winner.A, answers=("", "two"))
    play(store_factory, 6, Winner.A, prompt=ERASED)
    play(store_factory, 7, Winner.A, state=BattleState.COMPLETE)
    play(store_factory, 8, Winner.A, policy="chosen")
    play(store_factory, 9, Winner.B, prompt="prompt 1", answers=("two", "one"))
    play(store_factory, 10, Winner.A, prompt="again", answers=("x", "y"))
    play(store_factory, 11, Winner.B, prompt="again", answers=("x", "y"))
    manifest = export(store_factory, tmp_path / "out")
    assert [row["battle_id"] for row in rows(tmp_path / "out")] == ["battle-001"]
    assert manifest["left_out"] == {
        "contradicted": 2,
        "deleted": 1,
        "duplicate": 1,
        "many_turns": 1,
        "no_answer": 1,
        "not_counted": 1,
        "not_shown": 1,
        "same_answer": 1,
        "tie": 1,
    }


def test_ties_can_stay_with_the_margin_0(store_factory: SqlUnitOfWorkFactory, tmp_path: Path) -> None:
    for number in range(20):
        play(store_factory, number, Winner.TIE if number % 2 else Winner.BOTH_BAD)
    rules = PreferenceRules(consent=Consent.ANY, ties=Ties.ZERO_MARGIN)
    manifest = export(store_factory, tmp_path / "out", rules)
    found = rows(tmp_path / "out")
    assert {row["margin"] for row in found} == {0.0}
    assert {row["chosen_seat"] for row in found} == {"a", "b"}
    assert manifest["bias"]["longer"]["n"] == 0
    export(store_factory, tmp_path / "pairs", rules, form=PreferenceForm.ANNOTATED_PAIRS)
    said = [
        found["annotations"]["human"]
        for split in ("train", "test")
        for found in json.loads((tmp_path / "pairs" / f"{split}.json").read_text())["comparisons"]
    ]
    assert {(word["pref"], word["no_pref_reason"]) for word in said} == {(None, "both"), (None, "neither")}
    with pytest.raises(InvalidRequest, match="no margin"):
        export(store_factory, tmp_path / "openai", rules, form=PreferenceForm.OPENAI)


def test_one_prompt_is_never_in_two_splits(store_factory: SqlUnitOfWorkFactory, tmp_path: Path) -> None:
    """Neither an equal one, nor a near-duplicate, nor one that is tied to it by a third."""
    for number in range(60):
        # every third is a near-duplicate of the next family, too
        prompt = f"PROMPT  {number % 12}" if number % 2 else f"prompt {number % 12}"
        group = f"group-{number % 12 // 2}" if number % 3 else ""
        answers = (f"one {number}", f"two {number}")
        play(store_factory, number, Winner.A, group=group, answers=answers, prompt=prompt)
    rules = PreferenceRules(consent=Consent.ANY, splits={"train": 0.5, "validation": 0.25, "test": 0.25}, seed=3)
    export(store_factory, tmp_path / "out", rules)
    splits = {name: lines(tmp_path / "out" / f"{name}.jsonl") for name in rules.splits}
    assert sum(len(found) for found in splits.values()) == 60
    assert sum(bool(found) for found in splits.values()) > 1
    for key in (lambda row: prompt_key_of(row["prompt"]), lambda row: row["prompt_group"]):
        homes: dict[str, set[str]] = {}
        for name, found in splits.items():
            for row in found:
                homes.setdefault(key(row), set()).add(name)
        assert all(len(names) == 1 for names in homes.values())
    again = export(store_factory, tmp_path / "again", rules)
    assert again["files"] == json.loads((tmp_path / "out" / "manifest.json").read_text())["files"]


def test_only_who_agreed_and_only_some_licences(store_factory: SqlUnitOfWorkFactory, tmp_path: Path) -> None:
    play(store_factory, 1, Winner.A)
    play(store_factory, 2, Winner.A, contender_b="cas")
    with pytest.raises(Conflict, match="2 no_consent"):
        export(store_factory, tmp_path / "none", PreferenceRules())
    play(store_factory, 3, Winner.B, training_consent=True)
    assert export(store_factory, tmp_path / "agreed", PreferenceRules())["left_out"] == {"no_consent": 2}
    assert [(row["battle_id"], row["consent"]) for row in rows(tmp_path / "agreed")] == [("battle-003", True)]
    licences = {"ana": "MIT", "ben": "Proprietary", "cas": "Apache-2.0"}
    with store_factory() as uow:
        uow.registry.append(
            [
                RegistryEvent(
                    sequence=number,
                    at=some.NOW,
                    kind=RegistryEventKind.REGISTERED,
                    contender=name,
                    details={"licence": licence, "public": "yes"},
                )
                for number, (name, licence) in enumerate(licences.items(), start=1)
            ]
        )
        uow.commit()
    open_only = PreferenceRules(consent=Consent.ANY, licences=frozenset({LicenceClass.OPEN}))
    manifest = export(store_factory, tmp_path / "out", open_only)
    (row,) = rows(tmp_path / "out")
    assert (row["rejected_model"], row["rejected_licence"], row["rejected_licence_class"]) == (
        "cas",
        "Apache-2.0",
        "open",
    )
    assert manifest["left_out"] == {"licence": 2}


def test_a_judge_that_is_not_sure_enough_gives_no_pair(store_factory: SqlUnitOfWorkFactory, tmp_path: Path) -> None:
    for number in (1, 2):
        play(store_factory, number, Winner.A)
        with store_factory() as uow:
            of_battle = {"battle_id": f"battle-{number:03}", "turn_id": f"turn-{number}-0", "source": Source.LLM}
            said = (Winner.A, Winner.A if number == 1 else Winner.TIE)
            for order, winner in zip(SeatOrder, said, strict=True):
                uow.judgements.put(
                    some.judgement(id=f"l-{number}-{order}", order=order, winner=winner, judge="m", **of_battle)
                )
            uow.commit()
    rules = PreferenceRules(consent=Consent.ANY, source=Source.LLM, confidence=0.6)
    manifest = export(store_factory, tmp_path / "out", rules)
    assert [row["battle_id"] for row in rows(tmp_path / "out")] == ["battle-001"]
    assert manifest["left_out"] == {"below_the_confidence": 1}


def test_the_reference_page_names_every_fact_and_reason() -> None:
    page = (ROOT / "docs/reference/preferences.md").read_text()
    missing = [reason.value for reason in LeftOut if f"`{reason}`" not in page]
    missing += [column.name for column in FACTS if f"`{column.name}`" not in page and "rejected_" not in column.name]
    assert missing == []


def test_a_folder_that_holds_something_stays_as_it_is(store_factory: SqlUnitOfWorkFactory, tmp_path: Path) -> None:
    play(store_factory, 1, Winner.A)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(InvalidRequest, match="not empty"):
        export(store_factory, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_reward_learns_the_planted_preference_from_the_export(
    store_factory: SqlUnitOfWorkFactory, tmp_path: Path
) -> None:
    """Answers that handle errors win three times out of four; a logistic reward on hashed words finds that."""
    rng = np.random.default_rng(11)
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
    for number in range(160):
        plain, careful = (" ".join(rng.choice(words, 12)) for _ in range(2))
        careful += " handles_errors"
        seat_a = bool(rng.random() < 0.5)
        wins = bool(rng.random() < 0.75)
        answers = (careful, plain) if seat_a else (plain, careful)
        play(store_factory, number, Winner.A if wins == seat_a else Winner.B, answers=answers)
    manifest = export(store_factory, tmp_path / "out")
    train, test = (lines(tmp_path / "out" / f"{name}.jsonl") for name in ("train", "test"))
    assert len(train) + len(test) == 160
    hashing = HashingVectorizer(n_features=2**12, norm=None, alternate_sign=False)
    reward = _fitted(hashing, train)
    weight = hashing.transform(["handles_errors"]) @ reward
    others = hashing.transform(words) @ reward
    assert weight[0] > 0
    assert weight[0] > 2 * np.abs(others).max()
    longer = manifest["bias"]["longer"]
    assert longer["low"] > 0.5, "the marker makes answers longer: the report must say so"


def _fitted(hashing: HashingVectorizer, found: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """(F,) weights of a Bradley-Terry reward, fitted on differences in both directions."""
    difference = hashing.transform([row["chosen"] for row in found]) - hashing.transform(
        [row["rejected"] for row in found]
    )
    both = np.vstack([difference.toarray(), -difference.toarray()])
    labels = np.repeat([1, 0], len(found))
    return np.asarray(LogisticRegression(fit_intercept=False, C=1.0).fit(both, labels).coef_[0])
