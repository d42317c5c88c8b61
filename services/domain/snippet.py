"""The program taken out of an answer."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """A file of a snippet: a relative POSIX path and its text."""

    path: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """Files, environment and dependencies found in one answer.

    `environment` is empty when the answer holds no code, or code nothing here can run; `confidence`
    (0 to 1) is how sure that is, and `reason` says in one sentence why this environment was chosen, or why none was.
    """

    id: str
    answer_id: str
    environment: str
    files: tuple[SourceFile, ...] = ()
    entry: str = ""
    dependencies: tuple[str, ...] = ()
    confidence: float = 0.0
    reason: str = ""

    @property
    def runnable(self) -> bool:
        """Whether there is something to run and an environment to run it in."""
        return bool(self.environment and self.files and self.entry)
