"""Serves /opt/cdn over HTTP, and lists at `/` what packages it holds: enough to see that the image is whole."""

import html
import json
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path("/opt/cdn")


class Handler(SimpleHTTPRequestHandler):
    """Files of the folder; a list of packages in place of its own page."""

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        index = json.loads((FOLDER / "index.json").read_bytes())
        held = sorted((name, versions) for name, versions in index["packages"].items())
        lines = [f"<li>{html.escape(name)} {html.escape(', '.join(versions))}</li>" for name, versions in held]
        page = f"<!doctype html><title>Packages</title><ul>{''.join(lines)}</ul>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args: object) -> None:
        """Say nothing of requests."""


if __name__ == "__main__":
    address = ("127.0.0.1", int(sys.argv[1]))
    with ThreadingHTTPServer(address, partial(Handler, directory=str(FOLDER))) as server:
        server.serve_forever()
