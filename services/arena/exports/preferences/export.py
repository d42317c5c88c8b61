"""Preference pairs out of the arena: a folder with a file for each split and a manifest that says what is in them."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from services.arena.exports.battle_documents import BattleDocument
from services.arena.exports.battle_reader import BattleReader
from services.arena.exports.files import FileFormat, opened, written
from services.arena.exports.preferences.files import PairWriter, split_files
from services.arena.exports.preferences.pair import PreferencePair, licence_classes
from services.arena.exports.preferences.rules import PreferenceForm, PreferenceRules, Ties
from services.arena.exports.preferences.selection import Selection, by_battle
from services.arena.snapshots import public
from services.arena.vote_records import VoteRecords, registry_of
from services.clock import Clock
from services.errors import Conflict, InvalidRequest
from services.ratings.pair_bias import PairTraits, pair_bias
from services.store.unit_of_work import UnitOfWorkFactory

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1


@dataclass(kw_only=True)
class _Part:
    """What has gone into one split."""

    traits: list[PairTraits] = field(default_factory=list)
    licences: Counter[str] = field(default_factory=Counter)
    ties: int = 0

    def take(self, pair: PreferencePair, scores: Mapping[str, float]) -> None:
        self.licences[" + ".join(sorted(licence_classes(pair)))] += 1
        if pair.outcome.preferred is None:
            self.ties += 1
        else:
            self.traits.append(pair.traits(scores))

    @property
    def rows(self) -> int:
        """How many pairs."""
        return self.ties + len(self.traits)


@dataclass(frozen=True, kw_only=True)
class PreferenceExport:
    """Writes preference pairs of battles that were voted on and may be shown."""

    store: UnitOfWorkFactory
    clock: Clock

    def write(
        self, out: Path, *, form: PreferenceForm, rules: PreferenceRules, file_format: FileFormat = FileFormat.JSONL
    ) -> Mapping[str, Any]:
        """Write the folder `out`, which must be new or empty; answers the manifest, which is written last.

        Raises:
            InvalidRequest: rules, form or format do not go together, or `out` is no empty folder.
            Conflict: no battle gives a pair; the message counts the reasons.
            PrerequisiteError: Parquet is asked for and pyarrow is missing.
        """
        if rules.ties is not Ties.DROP and not form.takes_ties:
            raise InvalidRequest(f"The form {form} has no margin, and so no ties.", hint="Leave --ties out.")
        _make_empty(out)
        records = by_battle(public(VoteRecords(store=self.store).of(rules.source)))
        selection = Selection(rules=rules, records=records, licences=self._licences())
        selection.look(self._documents())
        if not selection.count:
            raise Conflict(_nothing(selection), hint="See docs/reference/preferences.md for what makes a pair.")
        parts = {name: _Part() for name in rules.splits}
        scores = self._scores(rules)
        with ExitStack() as stack:
            writers: dict[str, PairWriter] = {
                name: stack.enter_context(
                    split_files(out, name, form=form, file_format=file_format, source=rules.source)
                )
                for name in rules.splits
            }
            for name, pair in selection.pairs(self._documents()):
                writers[name].write(pair)
                parts[name].take(pair, scores)
        manifest = _manifest(out, self.clock.now(), form=form, rules=rules, selection=selection, parts=parts)
        with written(str(out / MANIFEST)) as stream:
            stream.write(json.dumps(manifest, indent=2, ensure_ascii=False).encode() + b"\n")
        return manifest

    def _documents(self) -> Iterator[BattleDocument]:
        return BattleReader(store=self.store).every(texts=True)

    def _licences(self) -> Mapping[str, str]:
        with self.store() as uow:
            return {name: entry.licence for name, entry in registry_of(uow.registry.all()).entries.items()}

    def _scores(self, rules: PreferenceRules) -> Mapping[str, float]:
        with self.store() as uow:
            board = uow.boards.find(rules.source)
        return {row.contender: row.score for row in board.standings} if board else {}


def _make_empty(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InvalidRequest(f"{folder} is not empty.", hint="Name a new folder with --out.")
    except OSError as error:
        raise InvalidRequest(f"{folder} cannot be made: {error.strerror or error}.") from error


def _nothing(selection: Selection) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(selection.left_out.items()) if count)
    return f"No battle gives a preference pair ({reasons or 'nothing has been judged'})."


def _manifest(
    out: Path,
    at: datetime,
    *,
    form: PreferenceForm,
    rules: PreferenceRules,
    selection: Selection,
    parts: Mapping[str, _Part],
) -> dict[str, Any]:
    return {
        "schema_version": MANIFEST_VERSION,
        "created_at": at.isoformat(),
        "form": form.value,
        "rules": asdict(rules) | {"licences": sorted(rules.licences)},
        "pairs": sum(part.rows for part in parts.values()),
        "left_out": {reason.value: count for reason, count in sorted(selection.left_out.items()) if count},
        "splits": {name: _split(part) for name, part in parts.items()},
        "bias": asdict(pair_bias([traits for part in parts.values() for traits in part.traits])),
        "files": {path.name: _digest(path) for path in sorted(out.iterdir()) if not path.name.startswith(".")},
    }


def _split(part: _Part) -> dict[str, Any]:
    return {
        "pairs": part.rows,
        "ties": part.ties,
        "licence_classes": dict(sorted(part.licences.items())),
        "bias": asdict(pair_bias(part.traits)),
    }


def _digest(path: Path) -> str:
    whole = hashlib.sha256()
    with opened(path) as stream:
        while part := stream.read(1024 * 1024):
            whole.update(part)
    return f"sha256:{whole.hexdigest()}"
