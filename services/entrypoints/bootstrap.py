"""Puts the application together from settings."""

import atexit
import os
import random
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.backends.docker_install import PackageIndex
from sandboxes.cameras import Cameras
from sandboxes.environment import Environment
from sandboxes.errors import SandboxError
from sandboxes.registry import Registry
from services.arena.access import Access
from services.arena.battles import Battles
from services.arena.board_facts import BoardFacts
from services.arena.boards import Boards
from services.arena.deletion import Deletion
from services.arena.direct_runs import DirectRuns
from services.arena.effects import Publisher
from services.arena.interactions import Interactions
from services.arena.orchestrator import Orchestrator
from services.arena.rating import Rating
from services.arena.recovery import Recovery
from services.arena.registry_keeper import RegistryKeeper
from services.arena.repeats import RepeatMode, Repeats
from services.arena.sampling import PairSampler
from services.arena.showing import Showing
from services.arena.side_runs import SideRuns
from services.arena.snapshots import Snapshots
from services.arena.stopping import Stopping
from services.arena.turns import Turns
from services.arena.voting import Voting
from services.arena.work_runner import OnFailure, WorkRunner
from services.clock import RandomIds, SystemClock
from services.container import Services
from services.contenders.catalogue import YamlCatalogue
from services.domain.snippet import Snippet
from services.domain.work import WorkKind
from services.entrypoints.account_parts import access_of
from services.entrypoints.broker import Broker, find_broker
from services.entrypoints.known_environments import all_hints, hint_of, needs_of
from services.entrypoints.local_copies import put_there
from services.entrypoints.logs import set_up_logs
from services.entrypoints.preview import origin_of, preview_settings
from services.entrypoints.rating_parts import board_facts_of, rating_of, sampler_of
from services.entrypoints.stage_parts import work_runner_of
from services.errors import ArenaError
from services.events.redis_controls import RedisControls
from services.events.redis_figures import RedisFigures
from services.events.redis_follower import RedisEventFollower
from services.events.redis_streams import RedisEventLog
from services.extraction.extract import environment_of, extract, snippet_from
from services.extraction.hints import EnvironmentHint
from services.judges.execution import ExecutionJudge
from services.judges.llm import LlmJudge
from services.judges.prompt_file import load_prompt
from services.judges.protocol import Judge
from services.settings import Settings
from services.store import schema
from services.store.blob_folder import BlobFolder
from services.store.sql import SqlUnitOfWorkFactory, create_engine_for
from services.worker.app import CeleryDispatcher, make_app


class Assembly:
    """Builds each part once, on first use, in the process that asks: one of so many `processes` of a worker."""

    def __init__(self, settings: Settings, *, processes: int = 1) -> None:
        self.settings, self.processes = settings, processes
        self.data_dir: Path = settings.data_dir.resolve()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.clock = SystemClock()
        self.ids = RandomIds()
        set_up_logs(settings.log_level)

    @cached_property
    def broker(self) -> Broker:
        """Where Redis is."""
        return find_broker(self.settings)

    @cached_property
    def store(self) -> SqlUnitOfWorkFactory:
        """The relational store, brought to the newest schema."""
        schema.upgrade(self.settings.sqlalchemy_url)
        return SqlUnitOfWorkFactory(create_engine_for(self.settings.sqlalchemy_url))

    @cached_property
    def blobs(self) -> BlobFolder:
        """The artefact folder."""
        return BlobFolder(self.data_dir / "blobs")

    @cached_property
    def events(self) -> RedisEventLog:
        """The event log."""
        return RedisEventLog(self.broker.events_url)

    @cached_property
    def controls(self) -> RedisControls:
        """The way to running programs."""
        return RedisControls(self.broker.events_url)

    @cached_property
    def figures(self) -> RedisFigures:
        """What workers tell about themselves."""
        return RedisFigures(self.broker.events_url)

    @cached_property
    def registry(self) -> Registry:
        """The environments."""
        return Registry.load(self.settings.images_dir)

    @cached_property
    def runner(self) -> DockerEngine:
        """The sandbox backend; its warm sandboxes go when this process ends."""
        engine = DockerEngine(
            registry=self.registry,
            state_dir=self.settings.sandbox_folder,
            boot_id=self.ids.new(),
            slots=self.settings.execution_slots,
            runtime=self.settings.docker_runtime,
            isolation=self.settings.isolation,
            pool_bytes=self.settings.sandbox_pool_bytes // self.processes,
            app_bytes=self.settings.app_bytes // self.processes,
            package_indexes=self.package_indexes,
        )
        atexit.register(engine.close)
        return engine

    @property
    def environments(self) -> dict[str, Environment]:
        """What programs may ask for, by name."""
        return {environment.name: environment for environment in self.registry.all()}

    @cached_property
    def cameras(self) -> Cameras:
        """What looks at apps; those that wait go when this process ends."""
        put_there(self.registry, self.settings.sandbox_folder)
        settings = preview_settings(self.settings)
        cameras = Cameras(self.runner, lambda: settings)
        atexit.register(cameras.close)
        return cameras

    @cached_property
    def showing(self) -> Showing:
        """Runs programs, those with a face too."""
        return Showing(
            runner=self.runner,
            camera=self.cameras,
            blobs=self.blobs,
            url_of=lambda token: origin_of(self.settings, token),
        )

    @property
    def package_indexes(self) -> dict[str, PackageIndex]:
        """By ecosystem; none where packages are off."""
        settings = self.settings
        if settings.packages == "off":
            return {}
        python = PackageIndex(
            url=settings.package_index, hosts=settings.package_hosts, private=settings.package_index_private
        )
        npm = PackageIndex(url=settings.npm_index, hosts=settings.npm_hosts, private=settings.npm_index_private)
        return {"python": python, "javascript": npm}

    @cached_property
    def catalogue(self) -> YamlCatalogue:
        """The contenders."""
        return YamlCatalogue(self.settings.models_file, data_folder=self.data_dir, environ=os.environ, clock=self.clock)

    @cached_property
    def judges(self) -> Mapping[str, Judge]:
        """Automatic judges by name: `execution`, and `llm` when one is configured."""
        judges: dict[str, Judge] = {"execution": ExecutionJudge()}
        name = self.settings.judge_among([contender.name for contender in self.catalogue.contenders()])
        if name:
            model = self.catalogue.open(name)
            judges["llm"] = LlmJudge(name="llm", model=model, prompt=load_prompt(self.settings.judge_prompt))
        return judges

    @cached_property
    def publisher(self) -> Publisher:
        """Publishes effects to Celery and the event log."""
        dispatcher = CeleryDispatcher(make_app(self.broker.celery_url))
        return Publisher(store=self.store, events=self.events, dispatcher=dispatcher, clock=self.clock)

    @cached_property
    def orchestrator(self) -> Orchestrator:
        """Moves battles on."""
        return Orchestrator(judges=self.judges, clock=self.clock, ids=self.ids)

    @cached_property
    def sampler(self) -> PairSampler:
        """Draws pairs."""
        return sampler_of(self.settings, self.clock)

    @cached_property
    def registry_keeper(self) -> RegistryKeeper:
        """Keeps the history of contenders and rules."""
        return RegistryKeeper(
            store=self.store,
            clock=self.clock,
            catalogue=self.catalogue,
            sampler=self.sampler,
            private_variants=self.settings.private_variants,
        )

    @cached_property
    def rating(self) -> Rating:
        """Computes boards."""
        return rating_of(self.settings, store=self.store, clock=self.clock, catalogue=self.catalogue)

    @cached_property
    def boards(self) -> Boards:
        """Reads boards."""
        return Boards(store=self.store, rating=self.rating)

    @cached_property
    def board_facts(self) -> BoardFacts:
        """What stands beside the boards."""
        return board_facts_of(self.settings, boards=self.boards, sampler=self.sampler, catalogue=self.catalogue)

    @cached_property
    def access(self) -> Access:
        """Who may do what."""
        at = self.broker.events_url
        return access_of(self.settings, keeper=self.registry_keeper, ids=self.ids, figures=self.figures, redis_url=at)

    @cached_property
    def snapshots(self) -> Snapshots:
        """Publishes boards."""
        return Snapshots(store=self.store, blobs=self.blobs, clock=self.clock, rating=self.rating)

    @cached_property
    def deletion(self) -> Deletion:
        """Deletes people's data."""
        return Deletion(store=self.store, blobs=self.blobs, events=self.events, clock=self.clock, rating=self.rating)

    @cached_property
    def work_runner(self) -> WorkRunner:
        """Does work of every kind."""
        return work_runner_of(self)

    @cached_property
    def direct_runs(self) -> DirectRuns:
        """Accepts, shows and steers programs that belong to no battle."""
        return DirectRuns(
            store=self.store,
            blobs=self.blobs,
            publisher=self.publisher,
            controls=self.controls,
            environments=self.environments,
            find_dependencies=self.dependencies_of,
            queue_bound=self.settings.execution_queue,
            clock=self.clock,
            ids=self.ids,
        )

    @cached_property
    def interactions(self) -> Interactions:
        """How apps were used."""
        return Interactions(store=self.store, blobs=self.blobs, clock=self.clock)

    @cached_property
    def failures(self) -> Mapping[WorkKind, OnFailure]:
        """What follows when work has failed for good."""
        of_battles: Mapping[WorkKind, OnFailure] = dict.fromkeys(WorkKind, self.orchestrator.work_failed)
        return {**of_battles, WorkKind.RUN: self.direct_runs.failed}

    def take_program(self, answer_id: str, text: str) -> Snippet:
        """The program in an answer, for the environments there are."""
        return snippet_from(extract(text, self.environment_hints), self.ids.new(), answer_id)

    def environment_for(self, files: Mapping[str, bytes]) -> str:
        """The environment for a program that comes as files; "" where its own names and texts do not tell."""
        texts = {path: data.decode("utf-8", "replace") for path, data in files.items()}
        # built or not: an image that is missing is named, with the command that builds it
        return environment_of(texts, [hint_of(environment) for environment in self.registry.all()])

    def dependencies_of(self, environment: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """What a program that comes as files asks for."""
        return needs_of(self.registry.get(environment), files)

    @cached_property
    def environment_hints(self) -> tuple[EnvironmentHint, ...]:
        """What extraction must know of each environment."""
        return all_hints(self.registry)

    @cached_property
    def services(self) -> Services:
        """The whole application."""
        store, publisher, orchestrator = self.store, self.publisher, self.orchestrator
        return Services(
            clock=self.clock,
            ids=self.ids,
            store=store,
            blobs=self.blobs,
            events=self.events,
            follower=RedisEventFollower(self.broker.events_url),
            dispatcher=publisher.dispatcher,
            catalogue=self.catalogue,
            runner=self.runner,
            judges=self.judges,
            environments=self.registry.all(),
            battles=Battles(
                store=store,
                publisher=publisher,
                catalogue=self.catalogue,
                sampler=self.sampler,
                judges=tuple(self.judges),
                clock=self.clock,
                ids=self.ids,
                rng=random.SystemRandom(),
            ),
            boards=self.boards,
            facts=self.board_facts,
            snapshots=self.snapshots,
            deletion=self.deletion,
            access=self.access,
            repeats=Repeats(
                store=store,
                clock=self.clock,
                ids=self.ids,
                rng=random.SystemRandom(),
                mode=RepeatMode(self.settings.repeats),
                after=timedelta(hours=self.settings.repeat_after_hours),
            ),
            voting=Voting(store=store, publisher=publisher, orchestrator=orchestrator, clock=self.clock, ids=self.ids),
            runs=self.direct_runs,
            turns=Turns(
                store=store,
                publisher=publisher,
                events=self.events,
                clock=self.clock,
                controls=self.controls,
                ids=self.ids,
            ),
            side_runs=SideRuns(store=store, runs=self.direct_runs),
            stopping=Stopping(store=store, publisher=publisher, orchestrator=orchestrator, controls=self.controls),
            interactions=self.interactions,
            wait_seconds=self.settings.execution_wait_seconds,
            figures=self.figures,
            orchestrator=orchestrator,
            recovery=Recovery(store=store, publisher=publisher, failures=self.failures, clock=self.clock),
            ready=self.ready,
        )

    def ready(self) -> Mapping[str, bool]:
        """What this process needs to serve, and whether it answers now. Sandboxes belong to their worker."""
        try:
            with self.store() as uow:
                uow.battles.recent(1)
            database = True
        except (ArenaError, SandboxError):
            database = False
        return {"database": database, "redis": self.events.ping()}
