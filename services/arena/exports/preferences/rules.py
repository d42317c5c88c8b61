"""What makes a preference pair: the rules of an export, and the reasons why a battle gives none."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.domain.judgement import Source
from services.errors import InvalidRequest
from services.ratings.audit.licence_class import LicenceClass


class PreferenceForm(StrEnum):
    """Whose form it is."""

    REWARDBENCH = "rewardbench"
    """Columns prompt, chosen, chosen_model, rejected, rejected_model, subset, id: text."""
    TRL = "trl"
    """Columns prompt, chosen, rejected: messages; margin."""
    OPENAI = "openai"
    """Lines of input, preferred_output, non_preferred_output, and nothing else."""
    ANNOTATED_PAIRS = "annotated-pairs"
    """One document of comparisons and what each annotator said of them."""

    @property
    def takes_ties(self) -> bool:
        """Whether it can say that neither answer is preferred."""
        return self is not PreferenceForm.OPENAI


class Ties(StrEnum):
    """What becomes of ties and of answers that were both bad: left out, or pairs with the margin 0."""

    DROP = "drop"
    ZERO_MARGIN = "zero-margin"


class Consent(StrEnum):
    """Whose battles: of people who agreed to training, or all (where the operator has the right by other means)."""

    RECORDED = "recorded"
    ANY = "any"


class LeftOut(StrEnum):
    """Why a judged battle gives no pair."""

    NOT_COUNTED = "not_counted"
    """A flag keeps its judgements out of boards, or there is no verdict."""
    NOT_SHOWN = "not_shown"
    """Somebody may still vote on it, a contender is not shown yet, or its votes came without the battle."""
    NO_CONSENT = "no_consent"
    DELETED = "deleted"
    """Texts were deleted on request."""
    MANY_TURNS = "many_turns"
    """Its answers do not share a prompt: after the first turn each side has a thread of its own."""
    NO_ANSWER = "no_answer"
    SAME_ANSWER = "same_answer"
    TIE = "tie"
    UNSURE = "below_the_confidence"
    LICENCE = "licence"
    DUPLICATE = "duplicate"
    """The same prompt with the same two answers was preferred alike before."""
    CONTRADICTED = "contradicted"
    """The same prompt with the same two answers was preferred the other way, too."""


@dataclass(frozen=True, kw_only=True)
class PreferenceRules:
    """How pairs are made of judgements.

    `splits` names the parts and their shares (above 0, together 1); `licences` are the classes that both contenders
    must have, empty for all; `confidence` (0 to 1) is the least share of judgements, net of those against it, that
    prefer the chosen answer; `seed` decides splits, and seats of ties.

    Raises:
        InvalidRequest: a value is outside its range.
    """

    source: Source = Source.HUMAN
    ties: Ties = Ties.DROP
    consent: Consent = Consent.RECORDED
    licences: frozenset[LicenceClass] = frozenset()
    confidence: float = 0.0
    splits: Mapping[str, float] = field(default_factory=lambda: {"train": 0.9, "test": 0.1})
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise InvalidRequest(f"The confidence lies between 0 and 1: {self.confidence}.")
        wrong = [name for name in self.splits if not name.isidentifier()]
        if not self.splits or wrong:
            raise InvalidRequest(
                f"A split needs a name of letters, digits and _: {', '.join(wrong) or 'there is none'}.",
                hint="Such as --split train=0.9 --split test=0.1.",
            )
        shares = list(self.splits.values())
        if any(not 0 < share <= 1 for share in shares) or not math.isclose(sum(shares), 1, abs_tol=1e-9):
            raise InvalidRequest(
                "The shares of the splits must each be above 0, and be 1 together.",
                hint="Such as --split train=0.9 --split test=0.1.",
            )


def splits_of(words: Sequence[str]) -> dict[str, float]:
    """Splits from words such as train=0.9.

    Raises:
        InvalidRequest: a word is not of that form, or a name comes twice.
    """
    pairs = [word.partition("=") for word in words]
    try:
        found = {name: float(share) for name, _, share in pairs}
    except ValueError:
        found = {}
    if len(found) < len(pairs):
        raise InvalidRequest(
            f"Not every word is a split of its own: {' '.join(words)}.",
            hint="Such as --split train=0.9 --split test=0.1.",
        )
    return found
