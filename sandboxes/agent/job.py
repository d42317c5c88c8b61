"""What the host asks of the agent, as it travels: one JSON object, then the files and the input."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Job:
    """One program to run. Paths are relative to the work directory; times are seconds."""

    argv: tuple[str, ...]
    env: dict[str, str]
    uid: int
    cpu_seconds: float
    wall_seconds: float
    output_bytes: int
    file_bytes: int
    artefacts: tuple[str, ...]
    artefact_count: int
    artefact_bytes: int
    work: str = "/sandbox"

    def to_json(self) -> bytes:
        """This job as UTF-8 JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Job":
        """The job in these bytes.

        Raises:
            TypeError, ValueError: it is not one.
        """
        fields = json.loads(data)
        fields["argv"] = tuple(fields["argv"])
        fields["artefacts"] = tuple(fields["artefacts"])
        return cls(**fields)
