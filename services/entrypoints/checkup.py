"""What `arena doctor` looks at: each part, whether it answers, and the command that mends it."""

from collections.abc import Callable
from dataclasses import dataclass

from sandboxes import recipes
from sandboxes.errors import SandboxError
from services.entrypoints.bootstrap import Assembly
from services.errors import ArenaError, PrerequisiteError
from services.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Check:
    """One part: `mend` is a command, and empty when all is well."""

    name: str
    ok: bool
    detail: str
    mend: str = ""


def examine(settings: Settings) -> list[Check]:
    """Every part, tried for real; never raises for a part that is missing."""
    assembly = Assembly(settings)
    parts: list[tuple[str, Callable[[Assembly], str], str]] = [
        ("engine", _engine, "make engine"),
        ("images", _images, "arena images build"),
        ("isolation", _isolation, "arena images build python"),
        ("redis", _redis, "unset ARENA_REDIS_URL, or start that server"),
        ("database", _database, "arena db upgrade"),
        ("models", _models, "arena models check"),
    ]
    return [_check(assembly, name, probe, mend) for name, probe, mend in parts]


def _check(assembly: Assembly, name: str, probe: Callable[[Assembly], str], mend: str) -> Check:
    try:
        return Check(name=name, ok=True, detail=probe(assembly))
    except (ArenaError, SandboxError) as error:
        detail = f"{error.message} {error.hint}".strip()
        return Check(name=name, ok=False, detail=detail, mend=mend)


def _engine(assembly: Assembly) -> str:
    facts = assembly.runner.probe()
    return f"{facts.version}, cgroup v{facts.cgroup_version}, {facts.storage_driver}, {facts.default_runtime}"


def _images(assembly: Assembly) -> str:
    missing = recipes.missing(recipes.connect(), assembly.registry)
    built = [environment.name for environment in assembly.registry.all() if environment.name not in missing]
    if not built:
        raise PrerequisiteError("No environment is built.")
    return ", ".join(built) + (f"; not built: {', '.join(missing)}" if missing else "")


def _isolation(assembly: Assembly) -> str:
    if assembly.runner.supports_namespaces():
        return "namespace (default) and container"
    return "container only: this host does not allow new user namespaces"


def _redis(assembly: Assembly) -> str:
    if not assembly.events.ping():
        raise PrerequisiteError("Redis does not answer.")
    return "embedded" if assembly.settings.redis_url is None else "answers"


def _database(assembly: Assembly) -> str:
    with assembly.store() as uow:
        uow.battles.recent(1)
    return assembly.settings.sqlalchemy_url.split(":", 1)[0]


def _models(assembly: Assembly) -> str:
    names = [contender.name for contender in assembly.catalogue.contenders() if contender.enabled]
    for name in names:
        assembly.catalogue.open(name)
    return f"{', '.join(names)}; judges: {', '.join(assembly.judges)}"
