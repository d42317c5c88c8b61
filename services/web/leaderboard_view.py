"""Everything the leaderboard page shows, read at once; what cannot be had says why in its place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

from services.arena.board_facts import SamplingShares
from services.arena.contender_cards import Card, ContenderCards
from services.arena.quality_report import QualityReport
from services.container import Services
from services.domain.judgement import Source
from services.domain.rating import Board, BoardSlice, Snapshot, Standing
from services.errors import ArenaError, Conflict, InvalidRequest, PrerequisiteError
from services.ratings.audit.whole import AuditReport
from services.ratings.benchmark_quality import Quality
from services.ratings.history import HistoryPoint, series
from services.ratings.matrices import Matrices
from services.ratings.slices import SliceOptions
from services.web.plots import Heatmap, HistoryPlot, IntervalPlot, count_map, history_plot, interval_plot, rate_map

CHOICES = ("category", "language", "environment", "judge")
SORTS: Mapping[str, Callable[[Standing], object]] = {
    "rank": lambda row: (row.rank, -row.score),
    "contender": lambda row: row.contender.casefold(),
    "score": lambda row: row.score,
    "votes": lambda row: row.judgements,
    "won": lambda row: row.wins,
    "lost": lambda row: row.losses,
    "tied": lambda row: row.ties,
    "both_bad": lambda row: row.both_bad,
}
"""What rows can be sorted by; with a minus before it, the largest first."""
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
    sort: str = "rank"

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        """From the query; fields of other names are nothing to us.

        Raises:
            InvalidRequest: there is no such source or order, or a value is longer than any can be.
        """
        fields = {name: query.get(name, "").strip() for name in cls.__dataclass_fields__ if name != "source"}
        source = query.get("source", "") or Source.HUMAN.value
        if source not in set(Source):
            raise InvalidRequest("There is no such source.", hint=f"There are: {', '.join(Source)}.")
        if any(len(value) > _LONGEST for value in fields.values()):
            raise InvalidRequest(f"A filter has at most {_LONGEST} characters.")
        fields["sort"] = fields["sort"] or "rank"
        if fields["sort"].removeprefix("-") not in SORTS:
            raise InvalidRequest("There is no such order.", hint=f"Sort by: {', '.join(SORTS)}; -score turns it round.")
        return cls(source=Source(source), **fields)

    @property
    def any(self) -> bool:
        """Whether they leave anything out."""
        return self != Filters(source=self.source, sort=self.sort)

    def query(self, **changes: str) -> str:
        """The query of a page with these filters and `changes`; what is as it would be anyway does not stand in it."""
        wanted = replace(self, **changes)  # type: ignore[arg-type]
        usual = Filters()
        fields = {name: getattr(wanted, name) for name in self.__dataclass_fields__}
        return urlencode({name: value for name, value in fields.items() if value != getattr(usual, name)})

    def turned(self, name: str) -> str:
        """The query that sorts by `name`: its largest first where that is a number, the other way when it is so now."""
        first = name if name in ("rank", "contender") else f"-{name}"
        other = f"-{name}" if first == name else name
        return self.query(sort=other if self.sort == first else first)

    def sorted(self, board: Board) -> tuple[Standing, ...]:
        """The rows in the order asked for; equal ones as the board has them."""
        key = SORTS[self.sort.removeprefix("-")]
        return tuple(sorted(board.standings, key=key, reverse=self.sort.startswith("-")))  # type: ignore[arg-type]

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
    """What the templates are given. `live` is the whole board of the source, `board` that of the slice,
    `rows` are its standings as sorted, `near` the ranks that a row cannot be told apart from.

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
    cards: Mapping[str, Card]
    rows: tuple[Standing, ...]
    near: Mapping[str, tuple[int, ...]]
    intervals: IntervalPlot | None
    rate_map: Heatmap | None
    count_map: Heatmap | None
    lines: HistoryPlot | None


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
    history = series(snapshots, source=source)
    order = [row.contender for row in board.standings] if board else []
    met = matrices if matrices and matrices.names else None
    cards = ContenderCards(store=services.store, catalogue=services.catalogue, facts=facts)
    return LeaderboardView(
        filters=filters,
        live=live,
        board=board,
        refused=refused,
        options=facts.options(source),
        matrices=matrices,
        snapshots=tuple(reversed(snapshots)),
        history=history,
        sampling=attempt("sampling", facts.sampling),
        votes=attempt("votes", facts.votes),
        quality=attempt("quality", lambda: facts.quality(source, against)),
        audit=attempt("audit", facts.audit),
        troubles=troubles,
        cards=attempt("cards", cards.all) or {},
        rows=filters.sorted(board) if board else (),
        near=nearest(board) if board else {},
        intervals=interval_plot(board) if board else None,
        rate_map=rate_map(met, order) if met else None,
        count_map=count_map(met, order) if met else None,
        lines=history_plot(history, order),
    )


def nearest(board: Board) -> Mapping[str, tuple[int, ...]]:
    """By contender, the ranks of those that it cannot be told apart from, its neighbours first."""
    ranks = {row.contender: row.rank for row in board.standings}
    return {
        row.contender: tuple(
            sorted(
                (ranks[name] for name in row.tied_with if name in ranks), key=lambda rank: (abs(rank - row.rank), rank)
            )
        )
        for row in board.standings
    }
