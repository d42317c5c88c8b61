"""Builds docs/gallery: every sample application of every environment with a face, as the camera saw it.

python -m scripts.gallery [ENVIRONMENT...]
"""

import sys
from pathlib import Path

from sandboxes.environment import Environment
from sandboxes.errors import SandboxError
from sandboxes.result import Outcome
from sandboxes.screenshots import Shots
from sandboxes.smoke import smoke_request
from sandboxes.stage_spec import Smoke
from services.entrypoints.bootstrap import Assembly
from services.settings import load_settings

FOLDER = Path(__file__).resolve().parents[1] / "docs/gallery"
# what shows most of a program of each kind
BEST = {
    "web": ("clicked", "stable"),
    "document": ("stable", "full-page"),
    "desktop": ("keys", "frame-3"),
}
HEAD = """# Gallery

Sample applications of the environments with a face, opened in their sandboxes and photographed by the camera:
`make gallery` builds this page. Their sources are in `images/<environment>/smoke/`. A test keeps it complete.
"""
PLAYED = """
## A game, played

Breakout, played by keys in a browser through the preview (`CAPTURE_FOLDER=docs/gallery pytest
tests/integration/preview/test_played_game.py`):

![Breakout in a browser: a brick is gone](pygame-breakout-played.png)
"""


def main(names: list[str]) -> int:
    """Photograph the samples of these environments (none named: all); 0 when every one could be."""
    assembly, failed = Assembly(load_settings()), 0
    environments = [found for found in assembly.registry.all() if found.face]
    for environment in environments:
        for smoke in shown(environment):
            if names and environment.name not in names:
                continue
            try:
                shots = photograph(assembly, environment, smoke)
            except (SandboxError, LookupError) as error:
                failed += 1
                sys.stderr.write(f"FAILED {environment.name} {smoke.name}: {error}\n")
                continue
            path = FOLDER / f"{environment.name}-{smoke.name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(best(environment, shots))
            sys.stderr.write(f"ok     {environment.name} {smoke.name}\n")
    (FOLDER / "README.md").write_text(page(environments))
    assembly.cameras.close()
    assembly.runner.close()
    return 1 if failed else 0


def shown(environment: Environment) -> list[Smoke]:
    """The samples that come up."""
    return [smoke for smoke in environment.smoke if smoke.outcome is Outcome.SUCCEEDED]


def photograph(assembly: Assembly, environment: Environment, smoke: Smoke) -> Shots:
    """What the camera sees of a sample.

    Raises:
        SandboxError: no sandbox, or no camera.
        LookupError: the sample does not come up.
    """
    if environment.face is None:
        raise LookupError("there is nothing to see")
    session = assembly.runner.open(smoke_request(environment, smoke, key=assembly.ids.new()))
    try:
        if session.result is not None:
            raise LookupError(f"it ended: {session.result.outcome.value}")
        return assembly.cameras.look(session, environment.face)
    finally:
        session.close()


def best(environment: Environment, shots: Shots) -> bytes:
    """The small picture that shows most."""
    wanted = [found for name in BEST[environment.kind] if (found := shots.picture(name))]
    if not wanted:
        raise LookupError("no picture was taken")
    return wanted[0].thumbnail


def page(environments: list[Environment]) -> str:
    """The page, for the pictures that are there."""
    parts = [HEAD]
    for environment in environments:
        names = [smoke.name for smoke in shown(environment)]
        found = [name for name in names if (FOLDER / f"{environment.name}-{name}.png").exists()]
        parts.append(f"\n## {environment.title}\n\n")
        parts += [
            f"![{environment.title}: {name.replace('-', ' ')}]({environment.name}-{name}.png)\n" for name in found
        ]
    return "".join([*parts, PLAYED])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
