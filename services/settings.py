"""One tree of settings: flag > `ARENA_*` environment > defaults. Read by entrypoints and cli only."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.errors import ConfigurationError

DEFAULT_JUDGE = "smollm2-judge"
# the first is the one below which running apps are: framed by its pages, they keep their cookies
_LOCAL_NAMES = ("arena.localhost", "localhost", "127.0.0.1")


class Settings(BaseSettings):
    """Everything that can be set. Relative paths are taken from the current folder."""

    model_config = SettingsConfigDict(env_prefix="ARENA_", extra="forbid", frozen=True, env_ignore_empty=True)

    data_dir: Path = Field(Path("data"), description="Database, blobs, embedded Redis and model state.")
    database_url: SecretStr | None = Field(None, description="PostgreSQL or SQLite URL; default SQLite in data_dir.")
    redis_url: SecretStr | None = Field(None, description="Redis URL; default an embedded server in data_dir.")
    models_file: Path | None = Field(None, description="Contender catalogue; default the shipped embedded ones.")
    judge: str = Field("", description="Contender that is the LLM judge, or none; default smollm2-judge if listed.")
    judge_prompt: str = Field("pairwise-brief", description="Judge prompt: pairwise or pairwise-brief.")
    images_dir: Path | None = Field(None, description="Folder of environments; default the shipped one.")
    docker_runtime: str = Field("", description="Engine runtime of sandboxes (runc, runsc ...); empty: its default.")
    isolation: Literal["", "namespace", "container"] = Field(
        "", description="Isolation level of every run; empty: the environment's, or `container` where the host must."
    )
    sandbox_pool_bytes: int = Field(
        1073741824, ge=0, description="Memory that idle sandboxes of one worker, all its processes, may use together."
    )
    sandbox_dir: Path | None = Field(
        None,
        description="Sandboxes' locks, caches and sockets; for workers in containers at the same path as on the host. "
        "Default in data_dir.",
    )
    app_bytes: int = Field(
        4294967296, ge=0, description="Memory set aside for running apps of one worker, all its processes together."
    )
    preview_origin: str = Field(
        "http://*.preview.arena.localhost:8301",
        pattern=r"^https?://\*(\.[a-z0-9-]+)+(:[0-9]+)?$",
        description="Where browsers find a running app; the star is its name.",
    )
    preview_host: str = Field("127.0.0.1", description="Address that the preview service listens on.")
    preview_port: int = Field(8301, ge=0, le=65_535, description="Port that the preview service listens on.")
    arena_origins: tuple[str, ...] = Field(
        (), description="Origins (JSON list) whose pages may frame running apps; empty: that of `arena serve`."
    )
    preview_egress: bool = Field(
        default=False, description="Whether the pages of running apps may load from and send to other hosts."
    )
    packages: Literal["off", "registry"] = Field(
        "off", description="Whether packages that a program asks for may be installed: off, or from the package index."
    )
    package_index: str = Field("", description="URL of Python's package index (no credentials); empty: pip's own.")
    package_hosts: tuple[str, ...] = Field((), description="Hosts (name:port, JSON list) it needs; empty: the index's.")
    package_index_private: bool = Field(default=False, description="Whether the index may have a private address.")
    npm_index: str = Field("", description="URL of the npm registry (no credentials); empty: npm's own.")
    npm_hosts: tuple[str, ...] = Field((), description="Hosts (name:port, JSON list) it needs; empty: the registry's.")
    npm_index_private: bool = Field(default=False, description="Whether the npm registry may have a private address.")
    execution_slots: int = Field(2, ge=1, le=64, description="Programs that run at once on this machine.")
    execution_queue: int = Field(256, ge=1, description="Executions asked for over HTTP that may wait; more get a 429.")
    execution_wait_seconds: float = Field(
        60.0, ge=0, le=600, description="Longest that a request with wait=true is held."
    )
    pair_policy: Literal["least-met", "uniform", "weighted", "paper", "a-optimal"] = Field(
        "least-met", description="Rule that draws pairs: least-met, uniform, weighted, paper or a-optimal."
    )
    pair_floor: float = Field(
        0.2, gt=0, le=1, description="Share of draws that are uniform, whatever the rule: nobody starves."
    )
    pair_warmup_votes: int = Field(
        30, ge=0, description="Votes per contender, on average, before a-optimal draws; weighted does until then."
    )
    pair_refresh_seconds: float = Field(
        10.0, ge=0, le=3600, description="How long counts of battles and votes are used before they are read again."
    )
    newcomer_votes: int = Field(3000, ge=0, description="Votes up to which a contender is a newcomer; 0 for none.")
    newcomer_boost: float = Field(
        5.0, ge=1, le=1000, description="Factor on a newcomer's weight, whoever made it; 1 for none."
    )
    newcomer_half_width: float = Field(
        0.0, ge=0, le=10_000, description="Half-width of the 95 % interval, in points, that ends it sooner; 0 for none."
    )
    private_variants: int = Field(
        3, ge=0, description="Variants of one family that a provider may try before it shows them, retracted ones too."
    )
    anchor: str = Field("", description="Contender fixed at 1000 points; empty fixes the mean.")
    rating_seed: int = Field(20_240_101, description="Seed of the rating bootstrap.")
    publication_votes: int = Field(50, ge=0, description="Judgements below which a standing is provisional.")
    publication_points: float = Field(
        200.0,
        gt=0,
        allow_inf_nan=False,
        description="Width in points of the 95 % interval above which a standing is provisional.",
    )
    snapshot_hours: float = Field(
        24.0, ge=0, description="Hours after which a board that has changed is published under a number; 0 for never."
    )
    repeats: Literal["off", "own", "all"] = Field(
        "own", description="Which battles voters may be shown again: none, those they voted on, or everybody's."
    )
    repeat_after_hours: float = Field(
        24.0, ge=0, description="Hours that a person's own vote lies back before they are shown the battle again."
    )
    admin_token: SecretStr | None = Field(
        None,
        min_length=16,
        description="Word of 16 characters or more that opens what only who runs the arena may see.",
    )
    anonymous: Literal["viewer", "voter"] = Field(
        "voter", description="What visitors who have not signed in may do: vote, or only look (viewer)."
    )
    session_hours: float = Field(
        12.0, gt=0, le=8760, description="Hours after which whoever has signed in must do so again."
    )
    consent: Literal["required", "off"] = Field(
        "required", description="Whether people agree to the privacy notice before their first prompt."
    )
    limit_battles: str = Field("60/hour", description="Battles that one session may start; off for no limit.")
    limit_turns: str = Field("120/hour", description="Follow-up prompts that one session may send.")
    limit_runs: str = Field("600/hour", description="Programs that one session may run.")
    limit_votes: str = Field("120/hour", description="Votes that one session may cast.")
    limit_sign_in: str = Field("10/10minutes", description="Wrong tokens and links that may come from one address.")
    limit_address_factor: int = Field(
        5, ge=1, le=10_000, description="How many times a session's limits one address may use, whoever is behind it."
    )
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="Proxies before the arena whose X-Forwarded-For and X-Forwarded-Proto are believed."
    )
    host: str = Field("127.0.0.1", description="Address that `arena serve` listens on.")
    port: int = Field(8300, ge=0, le=65_535, description="Port that `arena serve` listens on; 0 for any free one.")
    log_level: str = Field("warning", description="debug, info, warning or error.")

    def judge_among(self, names: Collection[str]) -> str:
        """The contender that judges, given those there are; empty for none."""
        if self.judge == "none":
            return ""
        return self.judge or (DEFAULT_JUDGE if DEFAULT_JUDGE in names else "")

    @property
    def sandbox_folder(self) -> Path:
        """Where sandboxes keep what they share."""
        return (self.sandbox_dir or self.data_dir / "sandboxes").resolve()

    @property
    def framing_origins(self) -> tuple[str, ...]:
        """Whose pages may frame running apps."""
        return self.arena_origins or tuple(f"http://{name}:{self.port}" for name in _LOCAL_NAMES)

    @property
    def sqlalchemy_url(self) -> str:
        """Where the store lives."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.data_dir.resolve() / 'arena.db').as_posix()}"


TEST_NAMES = frozenset({"ARENA_SHARED_DATA", "ARENA_TEST_POSTGRES_URL"})


def load_settings() -> Settings:
    """The settings of this process.

    Raises:
        ConfigurationError: a value is wrong, or an `ARENA_*` variable is not a setting.
    """
    known = {f"ARENA_{name.upper()}" for name in Settings.model_fields} | TEST_NAMES
    unknown = sorted(name for name in os.environ if name.startswith("ARENA_") and name not in known)
    if unknown:
        raise ConfigurationError(
            f"Unknown setting in the environment: {', '.join(unknown)}.", hint="`arena config show` lists the settings."
        )
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "ARENA_" + str(first["loc"][0]).upper() if first["loc"] else "settings"
        raise ConfigurationError(f"{name}: {first['msg']}.", hint="`arena config show` lists the settings.") from None
