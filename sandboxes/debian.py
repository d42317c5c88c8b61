"""Gets a plain Debian root file system where no image can be pulled."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sandboxes.errors import Unavailable

SUITE = "trixie"
HINT = "run `apt-get install debootstrap` as root on Debian or Ubuntu, or `docker pull debian:trixie-slim`"
TIMEOUT_SECONDS = 900.0


@contextmanager
def debian_archive(on_progress: Callable[[str], None]) -> Iterator[IO[bytes]]:
    """A tar archive of a minimal Debian, made with debootstrap from its own default mirror; gone afterwards.

    Raises:
        Unavailable: not root, no debootstrap, or it failed.
    """
    program = _debootstrap(on_progress)
    with tempfile.TemporaryDirectory(prefix="runarena-debian-") as folder:
        root, archive = Path(folder) / "root", Path(folder) / "root.tar"
        on_progress(f"debootstrap {SUITE} (about half a minute)")
        _run([program, "--variant=minbase", SUITE, str(root)])
        _run(["tar", "-C", str(root), "--exclude=./dev/*", "--exclude=./var/cache/apt/*", "-cf", str(archive), "."])
        with archive.open("rb") as file:
            yield file


def _debootstrap(on_progress: Callable[[str], None]) -> str:
    if os.geteuid() != 0:
        raise Unavailable("building the base image needs root, and no base image could be pulled", hint=HINT)
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    if shutil.which("debootstrap", path=path) is None and shutil.which("apt-get", path=path):
        on_progress("apt-get install debootstrap")
        _run(["apt-get", "update", "-q"])
        _run(["apt-get", "install", "-y", "-q", "--no-install-recommends", "debootstrap"])
    found = shutil.which("debootstrap", path=path)
    if found is None:
        raise Unavailable("debootstrap is not installed, and no base image could be pulled", hint=HINT)
    return found


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{command[0]}: {error}", hint=HINT) from error
    if done.returncode != 0:
        raise Unavailable(f"{command[0]} failed: {(done.stdout + done.stderr)[-600:]}", hint=HINT)
