"""What extraction is told of the sandbox's environments."""

from collections.abc import Mapping

from sandboxes import recipes
from sandboxes.environment import Environment
from sandboxes.errors import SandboxError
from sandboxes.registry import Registry
from services.domain.snippet import SourceFile
from services.extraction.extract import dependencies_of
from services.extraction.hints import EnvironmentHint


def hint_of(environment: Environment, *, available: bool = True) -> EnvironmentHint:
    """What extraction must know of an environment."""
    return EnvironmentHint(
        name=environment.name,
        languages=environment.languages,
        extensions=environment.extensions,
        entry=environment.entry,
        base=environment.detect.base,
        imports=environment.detect.imports,
        parts=environment.detect.parts,
        beside=environment.detect.beside,
        fallback=environment.detect.fallback,
        available=available,
    )


def all_hints(registry: Registry) -> tuple[EnvironmentHint, ...]:
    """Those of every environment; available are the ones whose image is built, as far as this process can tell."""
    built = {environment.name for environment in _built(registry)}
    return tuple(hint_of(found, available=found.name in built) for found in registry.all())


def needs_of(environment: Environment, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """What a program that comes as files asks for."""
    texts = [SourceFile(path=path, text=data.decode("utf-8", "replace")) for path, data in files.items()]
    listed = [file.text for file in texts if file.path.endswith("requirements.txt")]
    return dependencies_of(hint_of(environment), texts, listed=listed)


def _built(registry: Registry) -> tuple[Environment, ...]:
    """Those that can run here; all, where no engine is in reach (another machine executes) or none is built yet."""
    every = registry.all()
    try:
        client = recipes.connect(timeout_seconds=10)
        try:
            missing = set(recipes.missing(client, registry))
        finally:
            client.close()
    except SandboxError:
        return every
    return tuple(environment for environment in every if environment.name not in missing) or every
