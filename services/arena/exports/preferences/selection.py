"""Which battles give a pair, and in which split each is."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from services.arena.exports.battle_documents import BattleDocument
from services.arena.exports.preferences.outcome import Outcome, outcome_of
from services.arena.exports.preferences.pair import PreferencePair, coin, licence_classes, pair_of
from services.arena.exports.preferences.rules import Consent, LeftOut, PreferenceRules, Ties
from services.domain.vote_record import VoteRecord, prompt_key_of


@dataclass(kw_only=True)
class Selection:
    """Decides battle by battle; `left_out` counts the judged ones that give no pair, by reason.

    `licences`: by contender. The documents are gone through twice, in the same order: `look` at each, then ask for
    `pairs`: only then is it known which pairs were preferred the other way, too, and which prompts belong together.
    """

    rules: PreferenceRules
    records: Mapping[str, list[VoteRecord]]
    licences: Mapping[str, str]
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    _said: dict[str, set[str]] = field(default_factory=dict)
    _kept: dict[str, str] = field(default_factory=dict)
    _links: dict[str, str] = field(default_factory=dict)

    def look(self, documents: Iterable[BattleDocument]) -> None:
        """Go through all documents the first time."""
        seen = set()
        for document in documents:
            records = self.records.get(document.battle.id)
            if records is None:
                continue
            seen.add(document.battle.id)
            pair = self._pair(document, records)
            if isinstance(pair, LeftOut):
                self.left_out[pair] += 1
                continue
            self._link(pair)
            said = self._said.setdefault(pair.texts_digest, set())
            if pair.preferred_digest in said:
                self.left_out[LeftOut.DUPLICATE] += 1
                continue
            said.add(pair.preferred_digest)
            self._kept[pair.battle_id] = pair.texts_digest
        self.left_out[LeftOut.NOT_SHOWN] += len(self.records.keys() - seen)
        against = [battle for battle, digest in self._kept.items() if len(self._said[digest]) > 1]
        for battle in against:
            del self._kept[battle]
        self.left_out[LeftOut.CONTRADICTED] += len(against)

    @property
    def count(self) -> int:
        """How many battles give a pair."""
        return len(self._kept)

    def pairs(self, documents: Iterable[BattleDocument]) -> Iterator[tuple[str, PreferencePair]]:
        """The split and the pair of every document that gives one."""
        for document in documents:
            if document.battle.id in self._kept:
                pair = self._pair(document, self.records[document.battle.id])
                # what was deleted since the first look is left out
                if not isinstance(pair, LeftOut):
                    yield self._split(pair), pair

    def _pair(self, document: BattleDocument, records: list[VoteRecord]) -> PreferencePair | LeftOut:
        outcome = outcome_of(records)
        if outcome is None:
            return LeftOut.NOT_COUNTED
        if (reason := self._unfit(outcome)) is not None:
            return reason
        pair = pair_of(document, records, outcome, licences=self.licences, seed=self.rules.seed)
        if isinstance(pair, LeftOut):
            return pair
        if self.rules.consent is Consent.RECORDED and not pair.consent:
            return LeftOut.NO_CONSENT
        if self.rules.licences and not licence_classes(pair) <= self.rules.licences:
            return LeftOut.LICENCE
        return pair

    def _unfit(self, outcome: Outcome) -> LeftOut | None:
        if outcome.preferred is None:
            return LeftOut.TIE if self.rules.ties is Ties.DROP else None
        return LeftOut.UNSURE if outcome.confidence < self.rules.confidence else None

    def _link(self, pair: PreferencePair) -> None:
        """Equal prompts and near-duplicates belong together, whichever of both was noticed."""
        one, other = self._root(f"group:{pair.group}"), self._root(f"prompt:{prompt_key_of(pair.prompt)}")
        self._links[max(one, other)] = min(one, other)

    def _root(self, name: str) -> str:
        while (above := self._links.get(name, name)) != name:
            self._links[name] = self._links.get(above, above)
            name = above
        return name

    def _split(self, pair: PreferencePair) -> str:
        drawn = coin(self.rules.seed, self._root(f"group:{pair.group}"))
        names, shares = list(self.rules.splits), accumulate(self.rules.splits.values())
        return next((name for name, share in zip(names, shares, strict=True) if drawn < share), names[-1])


def by_battle(records: Sequence[VoteRecord]) -> dict[str, list[VoteRecord]]:
    """The records of each battle, in their order."""
    found: dict[str, list[VoteRecord]] = {}
    for record in records:
        found.setdefault(record.battle_id, []).append(record)
    return found
