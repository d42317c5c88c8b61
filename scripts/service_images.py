"""Builds the images that compose.yaml runs: `service_images.py app` or `service_images.py stand-ins`.

They start from the Debian that `arena images build` made or pulled, and reach the network the way this host does.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from os import environ
from pathlib import Path

from sandboxes.errors import SandboxError
from sandboxes.host_settings import HostSettings, read_host_settings
from sandboxes.recipes import BUILD_SECONDS, DEBIAN_TAG, connect

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
IMAGES = {"app": ("arena",), "stand-ins": ("redis", "postgres")}
TAGS = {"arena": "runarena/app", "redis": "runarena/redis", "postgres": "runarena/postgres"}


def main(arguments: list[str]) -> int:
    """Build what is named; 0 when done, 2 for a wrong name, 6 when the engine or a build fails."""
    if len(arguments) != 1 or arguments[0] not in IMAGES:
        sys.stderr.write(f"usage: service_images.py {'|'.join(IMAGES)}\n")
        return 2
    host = read_host_settings(environ)
    try:
        for name in IMAGES[arguments[0]]:
            sys.stderr.write(f"==> Building {TAGS[name]}\n")
            build(TAGS[name], context_of(name), host)
    except SandboxError as error:
        sys.stderr.write(f"error: {error}\n")
        return 6
    return 0


def context_of(name: str) -> dict[str, bytes]:
    """The files of `deploy/NAME`; for the application, the wheel of this checkout too."""
    files = {path.name: path.read_bytes() for path in sorted((DEPLOY / name).iterdir()) if path.is_file()}
    return {**files, **wheel()} if name == "arena" else files


def wheel() -> dict[str, bytes]:
    """The wheel of this checkout, by file name."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return {path.name: path.read_bytes() for path in Path(folder).glob("*.whl")}


def build(tag: str, files: Mapping[str, bytes], host: HostSettings) -> None:
    """Build `files` as `tag`.

    Raises:
        SandboxError: no engine, or the build failed; its last lines are in the message.
    """
    client = connect(timeout_seconds=BUILD_SECONDS)
    lines = client.api.build(
        fileobj=archive({**files, **host.context_files()}),
        custom_context=True,
        tag=tag,
        rm=True,
        forcerm=True,
        decode=True,
        buildargs={"BASE": DEBIAN_TAG, **host.proxies},
        network_mode=host.network_mode,
    )
    tail: list[str] = []
    for line in lines:
        tail = [*tail[-12:], str(line.get("stream", "")).strip()]
        if "error" in line:
            raise SandboxError(f"building {tag} failed: {line['error']}\n" + "\n".join(filter(None, tail)))


def archive(files: Mapping[str, bytes]) -> io.BytesIO:
    """A build context that depends on the files alone, so that the engine's cache holds."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as target:
        for path, data in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), 0o644
            target.addfile(entry, io.BytesIO(data))
    buffer.seek(0)
    return buffer


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
