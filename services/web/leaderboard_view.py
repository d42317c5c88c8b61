"""Everything the leaderboard page shows, read at once; what cannot be had says why in its place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from services.arena.board_facts import SamplingShares
from services.arena.quality_report import QualityReport
from services.container import Services
from services.domain.judgement import Source
from services.domain.rating import Board, BoardSlice, Snapshot
from services.errors import ArenaError, Conflict, InvalidRequest, PrerequisiteError
from services.ratings.audit.whole import AuditReport
from services.ratings.benchmark_quality import Quality
from services.ratings.history import HistoryPoint, series
from services.ratings.matrices import Matrices
from services.ratings.slices import SliceOptions

CHOICES = ("category", "language", "environment", "judge")
_LONGEST = 200
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the page is asked for, as it stands in the query; every empty field means all."""

    source: Source = Source.HUMAN
    category: str = ""
    language: str = ""
    environment: str = ""
    judge: str = ""
    since: str = ""
    until: str = ""
    style_control: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        """From the query; fields of other names are nothing to us.

        Raises:
            InvalidRequest: there is no such source, or a value is longer than any can be.
        """
        fields = {name: query.get(name, "").strip() for name in cls.__dataclass_fields__ if name != "source"}
        source = query.get("source", "") or Source.HUMAN.value
        if source not in set(Source):
            raise InvalidRequest("There is no such source.", hint=f"There are: {', '.join(Source)}.")
        if any(len(value) > _LONGEST for value in fields.values()):
            raise InvalidRequest(f"A filter has at most {_LONGEST} characters.")
        return cls(source=Source(source), **fields)

    @property
    def any(self) -> bool:
        """Whether they leave anything out."""
        return self != Filters(source=self.source)

    def slice(self) -> BoardSlice:
        """The slice they ask for.

        Raises:
            InvalidRequest: a moment cannot be read, or it ends before it begins.
        """
        try:
            return BoardSlice(
                category=self.category,
                language=self.language,
                environment=self.environment,
                judge=self.judge,
                since=_moment(self.since),
                until=_moment(self.until),
                style_controlled=self.style_control in ("on", "true", "1", "yes"),
            )
        except ValueError as error:
            raise InvalidRequest(str(error)) from None


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"{text!r} is no date.", hint="Write it like 2024-05-31.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class LeaderboardView:
    """What the templates are given. `live` is the whole board of the source, `board` that of the slice.

    `troubles` says, by the name of a field that is None, why it is; `refused` why there is no such slice.
    """

    filters: Filters
    live: Board | None
    board: Board | None
    refused: InvalidRequest | None
    options: SliceOptions
    matrices: Matrices | None
    snapshots: tuple[Snapshot, ...]
    history: Mapping[str, tuple[HistoryPoint, ...]]
    sampling: SamplingShares | None
    votes: QualityReport | None
    quality: Quality | None
    audit: AuditReport | None
    troubles: Mapping[str, ArenaError]


def view_of(services: Services, filters: Filters) -> LeaderboardView:
    """The page's contents as they are now."""
    facts, source = services.facts, filters.source
    troubles: dict[str, ArenaError] = {}

    def attempt(name: str, find: Callable[[], V]) -> V | None:
        try:
            return find()
        except (Conflict, PrerequisiteError) as error:
            troubles[name] = error
            return None

    # before all else: what comes in meanwhile is then seen as a change by whoever follows
    live = services.boards.live(source)
    board, matrices, refused = None, None, None
    try:
        part = filters.slice()
        board, matrices = services.boards.of(source, part), facts.matrices(source, part)
    except InvalidRequest as error:
        refused = error
    snapshots = facts.snapshots()
    against = None if source is Source.HUMAN else Source.HUMAN
    return LeaderboardView(
        filters=filters,
        live=live,
        board=board,
        refused=refused,
        options=facts.options(source),
        matrices=matrices,
        snapshots=tuple(reversed(snapshots)),
        history=series(snapshots, source=source),
        sampling=attempt("sampling", facts.sampling),
        votes=attempt("votes", facts.votes),
        quality=attempt("quality", lambda: facts.quality(source, against)),
        audit=attempt("audit", facts.audit),
        troubles=troubles,
    )
