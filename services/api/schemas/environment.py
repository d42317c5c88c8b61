"""Environments on the wire."""

from dataclasses import asdict

from sandboxes.environment import Environment
from sandboxes.result import Phase
from services.api.schemas.base import WireModel


class StageOut(WireModel):
    """A stage and its limits, by name; units are in the names."""

    phase: Phase
    limits: dict[str, float]


class EnvironmentOut(WireModel):
    """What programs can run in: version of its definition, labels, stages, and what its image holds."""

    name: str
    title: str
    kind: str
    version: str
    languages: list[str]
    extensions: list[str]
    entry: str
    isolation: str
    stages: list[StageOut]
    packages: list[str]

    @classmethod
    def of(cls, environment: Environment) -> "EnvironmentOut":
        """From the registry's value."""
        phases = (phase for phase in Phase if environment.spec(phase) is not None)
        return cls(
            name=environment.name,
            title=environment.title,
            kind=environment.kind,
            version=environment.version,
            languages=list(environment.languages),
            extensions=list(environment.extensions),
            entry=environment.entry,
            isolation=environment.isolation,
            stages=[StageOut(phase=phase, limits=asdict(environment.default_limits(phase))) for phase in phases],
            packages=list(environment.packages),
        )


class EnvironmentsOut(WireModel):
    """Every environment, by name."""

    environments: list[EnvironmentOut]
