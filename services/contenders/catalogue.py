"""The contenders that models.yaml configures."""

import contextlib
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from services.clock import Clock
from services.contenders.embedded import EMBEDDED_SLOT, SLOTS, EmbeddedServer, check_installed
from services.contenders.endpoint import Endpoint, EndpointSlots
from services.contenders.entry import ApiType, ModelEntry
from services.contenders.openai_compatible import OpenAICompatibleModel
from services.contenders.protocol import ChatModel
from services.contenders.recorded import RecordedModel, read_answers
from services.contenders.retry import RetryPolicy
from services.contenders.yaml_file import read_entries
from services.domain.contender import Contender
from services.errors import NotFound, PrerequisiteError

DEFAULT_FILE = Path(__file__).with_name("default_models.yaml")


class YamlCatalogue:
    """A Catalogue read from `path`, or the shipped embedded contenders when it is None.

    `data_folder` is where the embedded server keeps its state, `environ` where key variables are looked up
    (when a contender is opened, not before).

    Raises:
        ConfigurationError: the file is wrong; names file, line and field.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        data_folder: Path,
        environ: Mapping[str, str],
        clock: Clock,
        jitter: Callable[[], float] = random.random,
        retry: RetryPolicy | None = None,
    ) -> None:
        self.path = path or DEFAULT_FILE
        self._entries = read_entries(self.path)
        self._environ = environ
        self._clock = clock
        self._jitter = jitter
        self._retry = retry or RetryPolicy()
        self._slots = EndpointSlots()
        self._embedded = EmbeddedServer(data_folder / "embedded-model")
        self._contenders = {name: entry.contender(name, self._recorded(entry)) for name, entry in self._entries.items()}
        self._allow()

    def contenders(self) -> Sequence[Contender]:
        """In the order of the file, with those that are switched off."""
        return tuple(self._contenders.values())

    def entry(self, name: str) -> ModelEntry:
        """The settings of that contender.

        Raises:
            NotFound: no contender has that name; the hint lists those there are.
        """
        if name not in self._entries:
            raise NotFound(f"There is no contender {name!r}.", hint=f"There are: {', '.join(self._entries)}.")
        return self._entries[name]

    def open(self, name: str) -> ChatModel:
        """The contender of that name, ready to be asked. The embedded server starts with the first question.

        Raises:
            NotFound: no contender has that name; the hint lists those there are.
            PrerequisiteError: a needed extra, key variable or file is missing.
            ConfigurationError: a line of its recorded answers is wrong.
        """
        entry = self.entry(name)
        if entry.api_type is ApiType.RECORDED:
            return self._open_recorded(name, entry)
        if entry.api_type is ApiType.EMBEDDED:
            check_installed()
            return self._open_chat(name, entry, self._embedded.endpoints)
        endpoints = tuple(
            Endpoint(api_base=endpoint.api_base, api_key=self._key(name, endpoint.key_variable))
            for endpoint in entry.reached_at
        )
        return self._open_chat(name, entry, lambda: endpoints)

    def release(self) -> None:
        """Give up this process's hold on the embedded server."""
        self._embedded.release()

    def _open_chat(
        self, name: str, entry: ModelEntry, endpoints: Callable[[], Sequence[Endpoint]]
    ) -> OpenAICompatibleModel:
        return OpenAICompatibleModel(
            contender=self._contenders[name],
            entry=entry,
            endpoints=endpoints,
            slots=self._slots,
            clock=self._clock,
            random=self._jitter,
            retry=self._retry,
        )

    def _open_recorded(self, name: str, entry: ModelEntry) -> RecordedModel:
        answers = read_answers(self._answers_file(entry), names=frozenset({name, entry.model}))
        return RecordedModel(
            contender=self._contenders[name], entry=entry, answers=answers, monotonic=self._clock.monotonic
        )

    def _key(self, name: str, variable: str | None) -> str:
        if variable is None:
            return ""
        if key := self._environ.get(variable, "").strip():
            return key
        raise PrerequisiteError(
            f"The contender {name} needs an API key in the variable {variable}, which is not set.",
            hint=f"export {variable}=...",
        )

    def _answers_file(self, entry: ModelEntry) -> Path:
        return self.path.parent / (entry.answers or "")

    def _recorded(self, entry: ModelEntry) -> bytes:
        """The recorded answers shape the answers; a missing file matters only when the contender is opened."""
        with contextlib.suppress(OSError):
            if entry.answers is not None:
                return self._answers_file(entry).read_bytes()
        return b""

    def _allow(self) -> None:
        for entry in self._entries.values():
            if entry.api_type is ApiType.EMBEDDED:
                self._slots.allow(EMBEDDED_SLOT, min(SLOTS, entry.parallel))
            elif entry.api_type is ApiType.OPENAI:
                for endpoint in entry.reached_at:
                    self._slots.allow(endpoint.api_base, entry.parallel)
