"""The install stage: fetches packages in a throw-away sandbox that reaches the package index and nothing else."""

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandboxes.admission import MAX_PATH
from sandboxes.errors import InvalidRun
from sandboxes.host_settings import read_host_settings
from sandboxes.package_store import PackageStore
from sandboxes.plan import BUILD_FOLDER, Plan, install_plan
from sandboxes.registry import Environment
from sandboxes.registry_proxy import RegistryProxy, default_hosts, upstream_of
from sandboxes.result import Outcome, RunResult, StageResult
from sandboxes.transcript import Transcript

PROXY_FOLDER = "/run/proxy"
ARCHIVE = f"{BUILD_FOLDER}/packages.tar"

RunStage = Callable[[Plan, tuple[tuple[str, str], ...]], tuple[RunResult, Transcript]]


@dataclass(frozen=True, kw_only=True)
class PackageIndex:
    """Where packages may come from. `url` "" is the installer's own; `hosts` (name:port) default to the index's.

    `private` allows an index without a public address. An index that wants credentials is not supported: a program's
    requirements decide what is asked for, so credentials never enter a sandbox.
    """

    url: str = ""
    hosts: tuple[str, ...] = ()
    private: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def allowed(self) -> tuple[str, ...]:
        """The hosts that the proxy lets through.

        Raises:
            InvalidRun: none is configured and none is known.
        """
        found = self.hosts or default_hosts(self.url)
        if not found:
            raise InvalidRun("no package index is configured")
        return found


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A tree of packages, or why there is none; `stage` is absent when the tree was there already."""

    tree: Path | None
    stage: StageResult | None = None
    message: str = ""


class Installer:
    """Finds or makes the tree for a set of requirements."""

    def __init__(self, store: PackageStore, index: PackageIndex) -> None:
        self._store, self._index = store, index

    def provide(
        self, environment: Environment, requirements: tuple[str, ...], image_digest: str, run: RunStage
    ) -> Installed:
        """The tree that holds these requirements; `run` runs the install stage with these read-only mounts."""
        ecosystem = environment.install.ecosystem if environment.install else ""
        key = self._store.key(ecosystem, requirements, image_digest, self._index.url)
        with self._store.locked(key):
            tree = self._store.find(key)
            if tree is not None:
                return Installed(tree=tree)
            return self._install(key, environment, requirements, run)

    def _install(self, key: str, environment: Environment, requirements: tuple[str, ...], run: RunStage) -> Installed:
        with tempfile.TemporaryDirectory(prefix="runarena-proxy-") as name:
            folder = Path(name)
            folder.chmod(0o755)
            certificates = folder / "ca-certificates.crt"
            certificates.write_bytes(read_host_settings(self._index.environ).ca_bundle)
            certificates.chmod(0o644)
            proxy = RegistryProxy(
                folder / "socket",
                self._index.allowed(),
                private=self._index.private,
                upstream=upstream_of(dict(self._index.environ)),
            )
            plan = install_plan(environment, requirements, {"PACKAGE_INDEX": self._index.url})
            with proxy.serving():
                result, transcript = run(plan, ((name, PROXY_FOLDER),))
        (stage,) = result.stages or (None,)
        if result.outcome is not Outcome.SUCCEEDED:
            return Installed(tree=None, stage=stage, message=_why(result, requirements))
        archive = next((file.data for file in transcript.built if file.path == ARCHIVE), b"")
        try:
            return Installed(tree=self._store.keep(key, archive), stage=stage)
        except InvalidRun as error:
            return Installed(tree=None, stage=stage, message=error.message)


def _why(result: RunResult, requirements: tuple[str, ...]) -> str:
    lines = result.stderr.data.decode(errors="replace").strip().splitlines()
    said = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else "")
    limit = f" (limit: {result.limit_hit})" if result.limit_hit else ""
    return f"cannot install {', '.join(requirements)}: {result.outcome}{limit} {said[:MAX_PATH]}".strip()
