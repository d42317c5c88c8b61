"""The install stage of JavaScript and TypeScript on a registry of our own."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.backends.docker_install import PackageIndex
from sandboxes.npm_request import BUILT_IN
from sandboxes.recipes import build, connect
from sandboxes.registry import Registry
from sandboxes.result import Outcome, Phase, RunResult
from sandboxes.semver import parse_range
from sandboxes.spec import RunRequest
from tests.fixtures.npm_registry import Package, Served, npm_registry
from tests.unit.sandboxes.test_semver import RANGES, VERSIONS

pytestmark = pytest.mark.engine

WORD = "module.exports = '{}';"
PACKAGES = (
    Package(name="greeting", version="1.4.0", files={"index.js": WORD.format("good day")}),
    Package(name="greeting", version="2.0.0", files={"index.js": WORD.format("good evening")}),
    Package(
        name="@scope/tool",
        files={"index.js": "export { default as word } from 'greeting';", "deep.js": "export default 7;"},
        manifest={
            "type": "module",
            "exports": {".": "./index.js", "./deep": "./deep.js"},
            "dependencies": {"greeting": "^1.0.0"},
            "bin": {"tool": "deep.js"},
        },
    ),
    Package(name="lodash", version="3.0.0", files={"index.js": "module.exports = { VERSION: 'another' };"}),
)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with npm_registry(PACKAGES, tmp_path_factory.mktemp("registry")) as found:
        yield found


@pytest.fixture(scope="module")
def engine(registry: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    environments = Registry.load()
    build(None, environments, ("javascript", "typescript"))
    environ = {**os.environ, "SSL_CERT_FILE": str(registry.certificates)}
    index = PackageIndex(url=registry.url, private=True, environ=environ)
    found = DockerEngine(
        registry=environments,
        state_dir=tmp_path_factory.mktemp("state"),
        boot_id="install-npm",
        package_indexes={"javascript": index},
    )
    yield found
    found.close()
    client = connect()
    left = client.containers.list(all=True, filters={"label": "runarena.boot=install-npm"})
    client.close()
    assert left == []


def ask(engine: DockerEngine, name: str, code: str, *dependencies: str) -> RunResult:
    environment = "typescript" if name.endswith(".ts") else "javascript"
    return engine.run(
        RunRequest(
            key="install-npm",
            environment=environment,
            files={name: code.encode()},
            entry=name,
            dependencies=dependencies,
        )
    )


REQUIRES = "console.log(require('greeting'), typeof require('express'), require('os').EOL === '\\n');"
IMPORTS = """
import greeting from "greeting";
import { word } from "@scope/tool";
import deep from "@scope/tool/deep";
import lodash from "lodash";
const late = await import("semver");
console.log(greeting, word, deep, lodash.VERSION.split(".")[0], typeof late.valid);
"""


def test_require_finds_what_was_installed_and_what_the_image_holds(engine: DockerEngine, registry: Served) -> None:
    first = ask(engine, "main.js", REQUIRES, "greeting", "express", "node:os")
    assert (first.outcome, first.stdout.data) == (Outcome.SUCCEEDED, b"good evening function true\n"), first
    assert [stage.phase for stage in first.stages] == [Phase.INSTALL, Phase.RUN]
    asked = len(registry.asked)
    again = ask(engine, "main.js", REQUIRES, "greeting", "express", "node:os")
    assert [stage.phase for stage in again.stages] == [Phase.RUN]
    assert (again.stdout.data, again.installed, len(registry.asked)) == (first.stdout.data, first.installed, asked)


@pytest.mark.parametrize("name", ["main.mjs", "main.ts"])
def test_import_finds_both_too(name: str, engine: DockerEngine) -> None:
    result = ask(engine, name, IMPORTS, "greeting@^2", "@scope/tool", "lodash@^4.17.0", "semver")
    assert (result.outcome, result.stdout.data) == (Outcome.SUCCEEDED, b"good evening good day 7 4 function\n"), result
    assert [(one.name, one.version) for one in result.installed] == [
        ("@scope/tool", "1.0.0"),
        ("greeting", "1.4.0"),
        ("greeting", "2.0.0"),
    ]
    assert all(one.digest.startswith("sha512-") for one in result.installed)


def test_another_major_than_the_images_is_installed(engine: DockerEngine) -> None:
    code = "console.log(require('lodash').VERSION)"
    result = ask(engine, "main.js", code, "lodash@^3.0.0")
    assert (result.stdout.data, [one.version for one in result.installed]) == (b"another\n", ["3.0.0"])
    held = ask(engine, "main.js", code, "lodash@^4.17.0")
    assert (held.stdout.data[:2], held.installed, [stage.phase for stage in held.stages]) == (b"4.", (), [Phase.RUN])


@pytest.mark.parametrize(("word", "says"), [("nowhere", "404"), ("greeting@^9.0.0", "No matching version")])
def test_what_is_not_there_says_so(word: str, says: str, engine: DockerEngine) -> None:
    result = ask(engine, "main.js", "console.log('ran')", word)
    assert (result.outcome, result.phase, result.stdout.data) == (Outcome.INSTALL_FAILED, Phase.INSTALL, b"")
    assert word in result.message
    assert says in result.message


def test_the_run_itself_has_no_network_and_cannot_write_its_packages(engine: DockerEngine) -> None:
    code = """
    const fs = require("fs");
    let wrote = "wrote";
    try { fs.writeFileSync("/node_modules/greeting/index.js", ""); } catch (error) { wrote = error.code; }
    console.log(fs.existsSync("/run/proxy"), fs.readdirSync("/sys/class/net").join(), wrote);
    """
    assert ask(engine, "main.js", code, "greeting").stdout.data == b"false lo EROFS\n"


def test_without_an_index_the_program_runs_and_the_result_says_what_is_absent(tmp_path: Path) -> None:
    engine = DockerEngine(registry=Registry.load(), state_dir=tmp_path, boot_id="install-npm")
    result = ask(engine, "main.js", "console.log('ran')", "greeting@^1", "lodash", "fs")
    engine.close()
    assert (result.stdout.data, result.message) == (b"ran\n", "not installed in this environment: greeting@^1")


@pytest.mark.usefixtures("engine")
def test_a_registry_with_a_private_address_is_reached_only_where_that_is_allowed(
    registry: Served, tmp_path: Path
) -> None:
    index = PackageIndex(url=registry.url, environ={"SSL_CERT_FILE": str(registry.certificates)})
    strict = DockerEngine(
        registry=Registry.load(), state_dir=tmp_path, boot_id="install-npm", package_indexes={"javascript": index}
    )
    result = ask(strict, "main.js", "console.log('ran')", "greeting")
    strict.close()
    assert result.outcome is Outcome.INSTALL_FAILED
    assert "no public address" in result.message


@pytest.mark.parametrize("name", ["javascript", "typescript"])
def test_the_image_holds_what_its_environment_lists(name: str, engine: DockerEngine) -> None:
    """In the versions listed, as far as a range of a manifest is likely to tell."""
    listed = dict(package.split("==") for package in Registry.load().get(name).packages)
    code = f"""
    const fs = require("fs");
    const found = {{}};
    for (const name of {json.dumps(list(listed))})
        found[name] = JSON.parse(fs.readFileSync(`/node_modules/${{name}}/package.json`)).version;
    console.log(JSON.stringify(found));
    """
    found = json.loads(ask(engine, "main.ts" if name == "typescript" else "main.js", code).stdout.data)
    assert {name: text.split(".")[:2] for name, text in found.items()} == {
        name: text.split(".")[:2] for name, text in listed.items()
    }


def test_ranges_mean_what_npm_says_they_mean(engine: DockerEngine) -> None:
    code = f"""
    const semver = require("semver");
    const ranges = {json.dumps(RANGES)}, versions = {json.dumps(VERSIONS)};
    const admitted = (range) => versions.filter((version) => semver.satisfies(version, range));
    console.log(JSON.stringify(ranges.map((range) => semver.validRange(range) === null ? null : admitted(range))));
    """
    npms = json.loads(ask(engine, "main.js", code).stdout.data)
    ours = [
        None if (found := parse_range(text)) is None else [version for version in VERSIONS if found.contains(version)]
        for text in RANGES
    ]
    assert dict(zip(RANGES, ours, strict=True)) == dict(zip(RANGES, npms, strict=True))


def test_the_built_in_modules_are_nodes(engine: DockerEngine) -> None:
    code = "console.log(JSON.stringify(require('module').builtinModules))"
    nodes = {name for name in json.loads(ask(engine, "main.js", code).stdout.data) if name[0] != "_"}
    assert {name.partition("/")[0] for name in nodes} <= BUILT_IN
