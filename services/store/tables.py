"""The tables. Each one's columns are the fields of one domain value, by name: a test keeps them equal.

A work row belongs to a battle, to a direct run or to nothing, so `work.topic` is not a foreign key; an execution
keeps the id of the snippet it ran even when that snippet has been replaced, so neither is `executions.snippet_id`.
"""

import sqlalchemy as sa

from services.domain.answer import SidePhase, Usage
from services.domain.appearance import App, Appearance
from services.domain.battle import BattleState
from services.domain.battle_mark import BattleMark
from services.domain.battle_mode import BattleMode, Parameters
from services.domain.direct_run import RunReport, RunState
from services.domain.execution import CapturedStream, ExecutionOutcome, StoredFile
from services.domain.judgement import SeatOrder, Source, Winner
from services.domain.problem import Problem
from services.domain.rating import Board
from services.domain.registry_event import RegistryEventKind
from services.domain.side import Side
from services.domain.snippet import SourceFile
from services.domain.vote_details import Aspect
from services.domain.vote_record import Flag, SideFacts
from services.domain.work import WorkKind, WorkState
from services.store.columns import Document, Moment, StoredText, Word, Words

METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _id() -> sa.Column[str]:
    return sa.Column("id", StoredText, primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, StoredText, nullable=False)


def _link(name: str, target: str) -> sa.Column[str]:
    return sa.Column(name, StoredText, sa.ForeignKey(f"{target}.id", ondelete="CASCADE"), nullable=False)


BATTLES = sa.Table(
    "battles",
    METADATA,
    _id(),
    sa.Column("state", Word(BattleState), nullable=False),
    _text("contender_a"),
    _text("contender_b"),
    _text("policy"),
    _text("policy_version"),
    sa.Column("pair_probability", sa.Double, nullable=False),
    sa.Column("judges", Document(tuple[str, ...]), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("ranked", sa.Boolean, nullable=False),
    sa.Column("record_interactions", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("owner", StoredText, nullable=False, server_default=sa.text("''")),
    sa.Column("repeat_of", StoredText, nullable=False, server_default=sa.text("''")),
    sa.Column("consent_version", StoredText, nullable=False, server_default=sa.text("''")),
    sa.Column("training_consent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("marks", Words(BattleMark), nullable=False, server_default=sa.text("''")),
    sa.Column("mode", Word(BattleMode), nullable=False, server_default=sa.text("'battle'")),
    sa.Column("parameters", Document(Parameters)),
    sa.Column("opened_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("problem", Document(Problem)),
    sa.Index(None, "created_at", "id"),
    sa.Index(None, "owner"),
    sa.Index(None, "repeat_of"),
)

TURNS = sa.Table(
    "turns",
    METADATA,
    _id(),
    _link("battle_id", "battles"),
    sa.Column("index", sa.Integer, sa.CheckConstraint('"index" >= 0', name="index"), nullable=False),
    _text("prompt"),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("battle_id", "index"),
)

ANSWERS = sa.Table(
    "answers",
    METADATA,
    _id(),
    _link("battle_id", "battles"),
    _link("turn_id", "turns"),
    sa.Column("side", Word(Side), sa.CheckConstraint("side IN ('a', 'b')", name="side"), nullable=False),
    _text("contender"),
    sa.Column("phase", Word(SidePhase), nullable=False),
    _text("text"),
    _text("finish_reason"),
    sa.Column("truncated", sa.Boolean, nullable=False),
    sa.Column("usage", Document(Usage), nullable=False),
    sa.Column("first_token_seconds", sa.Double),
    sa.Column("wall_seconds", sa.Double),
    sa.Column("problem", Document(Problem)),
    sa.UniqueConstraint("turn_id", "side"),
    sa.Index(None, "battle_id"),
)

SNIPPETS = sa.Table(
    "snippets",
    METADATA,
    _id(),
    _link("answer_id", "answers"),
    _text("environment"),
    sa.Column("files", Document(tuple[SourceFile, ...]), nullable=False),
    _text("entry"),
    sa.Column("dependencies", Document(tuple[str, ...]), nullable=False),
    sa.Column("confidence", sa.Float(), nullable=False, server_default="0"),
    _text("reason"),
    sa.UniqueConstraint("answer_id"),
)

EXECUTIONS = sa.Table(
    "executions",
    METADATA,
    _id(),
    _link("battle_id", "battles"),
    _link("answer_id", "answers"),
    _text("snippet_id"),
    _text("environment"),
    sa.Column("outcome", Word(ExecutionOutcome), nullable=False),
    _text("phase"),
    sa.Column("exit_code", sa.BigInteger),
    sa.Column("signal", sa.Integer),
    _text("limit_hit"),
    _text("message"),
    sa.Column("stdout", Document(CapturedStream), nullable=False),
    sa.Column("stderr", Document(CapturedStream), nullable=False),
    sa.Column("wall_seconds", sa.Double, nullable=False),
    sa.Column("cpu_seconds", sa.Double, nullable=False),
    sa.Column("peak_memory_bytes", sa.BigInteger, nullable=False),
    sa.Column("files", Document(tuple[StoredFile, ...]), nullable=False),
    sa.Column("skipped_files", Document(tuple[str, ...]), nullable=False),
    _text("isolation"),
    _text("image_digest"),
    _text("environment_version"),
    _text("policy_version"),
    sa.Column("appearance", Document(Appearance)),
    sa.Column("app", Document(App)),
    sa.UniqueConstraint("answer_id"),
    sa.Index(None, "battle_id"),
)

JUDGEMENTS = sa.Table(
    "judgements",
    METADATA,
    _id(),
    _link("battle_id", "battles"),
    _link("turn_id", "turns"),
    sa.Column("source", Word(Source), nullable=False),
    _text("judge"),
    sa.Column("order", Word(SeatOrder), nullable=False),
    sa.Column("winner", Word(Winner)),
    sa.Column("strength", sa.Integer, nullable=False),
    _text("reason"),
    _text("raw"),
    _text("prompt_hash"),
    sa.Column("usage", Document(Usage), nullable=False),
    sa.Column("wall_seconds", sa.Double),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("turn_id", "source", "judge", "order"),
    sa.Index(None, "battle_id"),
    sa.Index(None, "source", "created_at", "id"),
)

VOTES = sa.Table(
    "votes",
    METADATA,
    _id(),
    _link("battle_id", "battles"),
    sa.Column("choice", Word(Winner), nullable=False),
    _text("voter"),
    _text("idempotency_key"),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("battle_id"),
)

VOTE_DETAILS = sa.Table(
    "vote_details",
    METADATA,
    sa.Column("battle_id", StoredText, sa.ForeignKey("battles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("aspects", Document(dict[Aspect, Winner]), nullable=False),
    _text("comment"),
)

VOTERS = sa.Table(
    "voters",
    METADATA,
    _id(),
    _text("pseudonym"),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("pseudonym"),
)

BATTLE_FACTS = sa.Table(
    "battle_facts",
    METADATA,
    sa.Column("battle_id", StoredText, sa.ForeignKey("battles.id", ondelete="CASCADE"), primary_key=True),
    _text("prompt_key"),
    _text("prompt_group"),
    _text("category"),
    sa.Column("side_a", Document(SideFacts), nullable=False),
    sa.Column("side_b", Document(SideFacts), nullable=False),
    _text("version"),
)

VOTE_FLAGS = sa.Table(
    "vote_flags",
    METADATA,
    sa.Column("judgement_id", StoredText, sa.ForeignKey("judgements.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("flags", Document(tuple[Flag, ...]), nullable=False),
)

REGISTRY_EVENTS = sa.Table(
    "registry_events",
    METADATA,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", Word(RegistryEventKind), nullable=False),
    _text("contender"),
    sa.Column("details", Document(dict[str, str]), nullable=False),
)

SNAPSHOTS = sa.Table(
    "snapshots",
    METADATA,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("board", Document(Board), nullable=False),
    _text("input_hash"),
    sa.Column("created_at", Moment, nullable=False),
    _text("records"),
    _text("superseded"),
)

BOARDS = sa.Table(
    "boards",
    METADATA,
    sa.Column("source", Word(Source), primary_key=True),
    sa.Column("computed_at", Moment, nullable=False),
    sa.Column("board", Document(Board), nullable=False),
)

DIRECT_RUNS = sa.Table(
    "direct_runs",
    METADATA,
    _id(),
    _text("batch_id"),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("state", Word(RunState), nullable=False),
    _text("environment"),
    sa.Column("interactive", sa.Boolean, nullable=False),
    _text("program"),
    _text("request_hash"),
    _text("caller"),
    sa.Column("idempotency_key", StoredText),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("cancel_asked_at", Moment),
    sa.Column("report", Document(RunReport)),
    sa.Column("problem", Document(Problem)),
    sa.Column("battle_id", StoredText, nullable=False, server_default=sa.text("''")),
    sa.Column("side", Word(Side)),
    sa.CheckConstraint("state <> 'ended' OR report IS NOT NULL", name="ended_has_report"),
    sa.UniqueConstraint("caller", "idempotency_key", "position"),
    sa.Index(None, "batch_id"),
    sa.Index(None, "battle_id"),
)

INTERACTIONS = sa.Table(
    "interactions",
    METADATA,
    _id(),
    _text("subject"),
    sa.Column("events", sa.BigInteger, nullable=False),
    sa.Column("seconds", sa.Double, nullable=False),
    _text("digest"),
    sa.Column("collected_at", Moment, nullable=False),
    sa.Index(None, "subject"),
)

WORK = sa.Table(
    "work",
    METADATA,
    _id(),
    sa.Column("kind", Word(WorkKind), nullable=False),
    _text("topic"),
    _text("subject"),
    sa.Column("state", Word(WorkState), nullable=False),
    _text("owner"),
    sa.Column("fence", sa.BigInteger, sa.CheckConstraint("fence >= 0", name="fence"), nullable=False),
    sa.Column("lost_workers", sa.Integer, nullable=False),
    sa.Column("retries", sa.Integer, nullable=False),
    sa.Column("not_before", Moment),
    sa.Column("sent_at", Moment),
    sa.Column("heartbeat_at", Moment),
    _text("error"),
    sa.Column("created_at", Moment, nullable=False),
    sa.CheckConstraint("state <> 'running' OR heartbeat_at IS NOT NULL", name="running_has_heartbeat"),
    sa.Index(None, "topic"),
    sa.Index(None, "state", "heartbeat_at"),
    sa.Index(None, "state", "sent_at"),
)
