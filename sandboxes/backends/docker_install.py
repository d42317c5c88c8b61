"""The install stage: fetches packages in a throw-away sandbox that reaches the package index and nothing else."""

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sandboxes.admission import MAX_PATH
from sandboxes.environment import Environment
from sandboxes.errors import InvalidRun
from sandboxes.host_settings import read_host_settings
from sandboxes.package_list import read_list
from sandboxes.package_store import PackageStore
from sandboxes.plan import BUILD_FOLDER, Plan, index_plan, install_plan
from sandboxes.registry_proxy import RegistryProxy, default_hosts, host_of, upstream_of, with_port
from sandboxes.result import InstalledPackage, Outcome, RunResult, StageResult
from sandboxes.transcript import Transcript

PROXY_FOLDER = "/run/proxy"
ARCHIVE, LIST = f"{BUILD_FOLDER}/packages.tar", f"{BUILD_FOLDER}/installed.json"
# what the proxy counted, and what that tells
PROXY_SAYS = (
    ("refused", "(a host that is not the index's was refused) "),
    ("unreachable", "(the index does not answer, or has no public address) "),
)
NPM_SAYS, NPM_DETAILS = "npm error ", {"code", "syscall", "path", "dest", "errno"}

RunStage = Callable[[Plan, tuple[tuple[str, str], ...]], tuple[RunResult, Transcript]]


@dataclass(frozen=True, kw_only=True)
class PackageIndex:
    """Where packages of one ecosystem come from. `url` "" is the installer's own; `hosts` (name:port) are the index's.

    `private` allows an index without a public address. An index that wants credentials is not supported: a program's
    requirements decide what is asked for, so credentials never enter a sandbox.
    """

    url: str = ""
    hosts: tuple[str, ...] = ()
    private: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A tree of packages, or why there is none; `stage` is absent when the tree was there already."""

    tree: Path | None
    packages: tuple[InstalledPackage, ...] = ()
    stage: StageResult | None = None
    message: str = ""


class Installer:
    """Finds or makes the tree for a set of requirements; `indexes` are by ecosystem."""

    def __init__(self, store: PackageStore, indexes: Mapping[str, PackageIndex]) -> None:
        self._store, self._indexes = store, indexes
        self._own_hosts: dict[str, tuple[str, ...]] = {}

    def serves(self, environment: Environment) -> bool:
        """Whether packages for this environment may be installed."""
        return environment.install is not None and environment.install.ecosystem in self._indexes

    def provide(
        self, environment: Environment, requirements: tuple[str, ...], image_digest: str, run: RunStage
    ) -> Installed:
        """The tree that holds these requirements; `run` runs the install stage with these read-only mounts."""
        ecosystem = environment.install.ecosystem if environment.install else ""
        index = self._indexes[ecosystem]
        key = self._store.key(ecosystem, requirements, image_digest, index.url)
        with self._store.locked(key):
            kept = self._store.find(key)
            if kept is not None:
                return Installed(tree=kept.path, packages=kept.packages)
            try:
                hosts = self._hosts(index, environment, image_digest, run)
                fetched = _fetch(environment, replace(index, hosts=hosts), requirements, run)
                return self._keep(key, environment, fetched, requirements)
            except InvalidRun as error:
                return Installed(tree=None, message=f"cannot install {', '.join(requirements)}: {error.message}")

    def _hosts(
        self, index: PackageIndex, environment: Environment, image_digest: str, run: RunStage
    ) -> tuple[str, ...]:
        """The hosts that the proxy lets through; the image is asked once.

        Raises:
            InvalidRun: none is configured and none is known.
        """
        asking = index_plan(environment)
        if index.hosts or index.url or asking is None:
            found = index.hosts or default_hosts(index.url)
        elif image_digest in self._own_hosts:
            found = self._own_hosts[image_digest]
        else:
            result, _ = run(asking, ())
            found = (host_of(result.stdout.data.decode(errors="replace").strip()),)
            self._own_hosts[image_digest] = found
        if not found:
            raise InvalidRun("no package index is configured")
        return tuple(with_port(host) for host in found)

    def _keep(
        self, key: str, environment: Environment, fetched: "_Fetched", requirements: tuple[str, ...]
    ) -> Installed:
        (stage,) = fetched.result.stages or (None,)
        if fetched.result.outcome is not Outcome.SUCCEEDED:
            return Installed(tree=None, stage=stage, message=_why(fetched, requirements))
        built = {file.path: file.data for file in fetched.transcript.built}
        links = environment.install.links_to(environment.packages) if environment.install else {}
        try:
            packages = read_list(built.get(LIST, b""))
            kept = self._store.keep(key, built.get(ARCHIVE, b""), packages, links)
        except InvalidRun as error:
            message = f"cannot install {', '.join(requirements)}: {error.message}"
            return Installed(tree=None, stage=stage, message=message)
        return Installed(tree=kept.path, packages=kept.packages, stage=stage)


@dataclass(frozen=True, kw_only=True)
class _Fetched:
    """How an install stage ended, what it left, what the proxy counted."""

    result: RunResult
    transcript: Transcript
    counts: Mapping[str, int]


def _fetch(environment: Environment, index: PackageIndex, requirements: tuple[str, ...], run: RunStage) -> _Fetched:
    """Run the install stage, its one way out the proxy to the index's hosts."""
    with tempfile.TemporaryDirectory(prefix="runarena-proxy-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        certificates = folder / "ca-certificates.crt"
        certificates.write_bytes(read_host_settings(index.environ).ca_bundle)
        certificates.chmod(0o644)
        upstream = upstream_of(dict(index.environ))
        proxy = RegistryProxy(folder / "socket", index.hosts, private=index.private, upstream=upstream)
        plan = install_plan(environment, requirements, {"PACKAGE_INDEX": index.url})
        with proxy.serving():
            result, transcript = run(plan, ((name, PROXY_FOLDER),))
    return _Fetched(result=result, transcript=transcript, counts=proxy.counts)


def _why(fetched: _Fetched, requirements: tuple[str, ...]) -> str:
    result = fetched.result
    said = _reason(result.stderr.data.decode(errors="replace").strip().splitlines())
    limit = f" (limit: {result.limit_hit})" if result.limit_hit else ""
    if b"SIGXFSZ" in result.stderr.data and not limit:
        # the installer noticed it first, and ended by itself
        limit = " (limit: file_bytes)"
    if fetched.counts["too_much"]:
        limit = " (limit: bytes from the index)"
    known = next((why for count, why in PROXY_SAYS if fetched.counts[count]), "")
    return f"cannot install {', '.join(requirements)}: {result.outcome}{limit} {known}{said[:MAX_PATH]}".strip()


def _reason(lines: list[str]) -> str:
    """The line in which the installer says why: npm's first that is a sentence, pip's last error, else the last."""
    npm = [line.removeprefix(NPM_SAYS) for line in lines if line.startswith(NPM_SAYS)]
    npm = [line for line in npm if line.partition(" ")[0] not in NPM_DETAILS]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (npm[:1] or errors[-1:] or lines[-1:] or [""])[0]
