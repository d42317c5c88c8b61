"""A preference pair: one prompt, two answers, which was preferred, and what happened when their programs ran."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.arena.exports.battle_documents import BattleDocument, SideDocument
from services.arena.exports.preferences.outcome import Outcome
from services.arena.exports.preferences.rules import LeftOut
from services.domain.prompt import ERASED
from services.domain.side import Side
from services.domain.vote_record import VoteRecord
from services.extraction.style import style_of
from services.ratings.audit.licence_class import licence_class_of
from services.ratings.pair_bias import PairTraits


@dataclass(frozen=True, kw_only=True)
class PairSide:
    """One answer, who gave it under which licence, and how its program ran."""

    document: SideDocument
    contender: str
    licence: str

    @property
    def text(self) -> str:
        """What was answered."""
        return self.document.answer.text


@dataclass(frozen=True, kw_only=True)
class PreferencePair:
    """One battle as a pair. `outcome.preferred` is None for a tie.

    `chosen_side` is the preferred side, for a tie one that `seed` and battle decide. `group` is the same for all
    pairs that must be in one split. `consent` tells that whoever started the battle agreed to training.
    """

    battle_id: str
    prompt: str
    category: str
    group: str
    sides: Mapping[Side, PairSide]
    outcome: Outcome
    chosen_side: Side
    consent: bool
    judged_by: tuple[str, ...]
    created_at: datetime

    @property
    def chosen(self) -> PairSide:
        """The preferred answer."""
        return self.sides[self.chosen_side]

    @property
    def rejected(self) -> PairSide:
        """The other one."""
        return self.sides[self.chosen_side.other]

    @property
    def texts_digest(self) -> str:
        """The same for pairs with the same prompt and the same two answers, whichever sat where."""
        answers = sorted(side.text for side in self.sides.values())
        return _digest(self.prompt, *answers)

    @property
    def preferred_digest(self) -> str:
        """Which of the two answers was preferred; "" for a tie."""
        return _digest(self.chosen.text) if self.outcome.preferred else ""

    def traits(self, scores: Mapping[str, float]) -> PairTraits:
        """What could tell chosen from rejected beside quality; `scores` are the contenders' rating points."""
        chosen, rejected = (_style(side) for side in (self.chosen, self.rejected))
        better, worse = scores.get(self.chosen.contender), scores.get(self.rejected.contender)
        return PairTraits(
            cluster=self.group,
            chosen_characters=chosen["characters"],
            rejected_characters=rejected["characters"],
            chosen_code_tokens=chosen["code_tokens"],
            rejected_code_tokens=rejected["code_tokens"],
            chosen_first=self.chosen_side is Side.A,
            rating_gap=better - worse if better is not None and worse is not None else None,
        )


def pair_of(
    document: BattleDocument,
    records: list[VoteRecord],
    outcome: Outcome,
    *,
    licences: Mapping[str, str],
    seed: int,
) -> PreferencePair | LeftOut:
    """The pair that a battle gives, or why it gives none; `licences` by contender, `records` are its judgements."""
    if len(document.turns) != 1:
        return LeftOut.MANY_TURNS
    turn = document.turns[0]
    if turn.turn.prompt == ERASED:
        return LeftOut.DELETED
    if set(turn.sides) != set(Side) or not all(side.answer.text.strip() for side in turn.sides.values()):
        return LeftOut.NO_ANSWER
    if len({side.answer.text for side in turn.sides.values()}) == 1:
        return LeftOut.SAME_ANSWER
    first, battle = records[0], document.battle
    return PreferencePair(
        battle_id=battle.id,
        prompt=turn.turn.prompt,
        category=first.category,
        group=first.prompt_group or first.prompt_key or battle.id,
        sides={
            side: PairSide(
                document=found, contender=battle.contender(side), licence=licences.get(battle.contender(side), "")
            )
            for side, found in turn.sides.items()
        },
        outcome=outcome,
        chosen_side=outcome.preferred or (Side.A if coin(seed, battle.id) < 0.5 else Side.B),
        consent=battle.training_consent,
        judged_by=tuple(sorted({record.judge for record in records if record.counted})),
        created_at=battle.created_at,
    )


def coin(seed: int, name: str) -> float:
    """A number in [0, 1) that `seed` and `name` decide, the same anywhere and always."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:6]) / 2**48


def licence_classes(pair: PreferencePair) -> set[str]:
    """The licence classes of both contenders."""
    return {licence_class_of(side.licence) for side in pair.sides.values()}


def _style(side: PairSide) -> Mapping[str, float]:
    snippet = side.document.snippet
    return style_of(side.text, snippet.files if snippet else ())


def _digest(*texts: str) -> str:
    whole = hashlib.sha256()
    for text in texts:
        part = text.encode("utf-8", "surrogatepass")
        whole.update(len(part).to_bytes(8) + part)
    return whole.hexdigest()
