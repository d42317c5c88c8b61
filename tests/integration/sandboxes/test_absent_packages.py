"""Languages without an installer: what the image lacks ends the run, and the message lists what is there."""

from collections.abc import Iterator

import pytest

from sandboxes.backends.docker_engine import DockerEngine
from sandboxes.dependencies import sort_out
from sandboxes.environment import Environment
from sandboxes.recipes import build
from sandboxes.registry import Registry
from sandboxes.result import Outcome, Phase
from sandboxes.spec import RunRequest
from services.domain.snippet import SourceFile
from services.extraction.extract import EnvironmentHint, dependencies_of

REGISTRY = Registry.load()

# environment -> a program that wants more than the image has, what it wants, something that is there
WANTING = {
    "go": ('package main\nimport "github.com/gin-gonic/gin"\nfunc main() { gin.Default() }', "github.com/gin-gonic/gin",
           "its standard library only"),
    "java": ("import com.google.gson.Gson;\nclass Main { static void main(String[] a) { new Gson(); } }",
             "com.google.gson", "org.junit"),
    "php": ("<?php\nrequire 'vendor/autoload.php';\nuse GuzzleHttp\\Client;\nnew Client();", "GuzzleHttp", "mbstring"),
    "r": ("library(caret)\n", "caret", "dplyr"),
    "ruby": ("require 'sinatra'\n", "sinatra", "nokogiri"),
    "rust": ("use rand::Rng;\nfn main() {}", "rand", "its standard library only"),
}  # fmt: skip
# environment -> a program that uses what is there beside the standard library, and what it prints
CONTENT = {
    "java": (
        """import static org.hamcrest.CoreMatchers.is;
        class Main { public static void main(String[] a) { System.out.println(is(1).matches(1)); } }""",
        b"true\n",
    ),
    "php": ("<?php\necho mb_strlen('zürich'), PHP_EOL;", b"6\n"),
    "r": ("library(MASS)\nsuppressMessages(library(dplyr))\ncat(stringr::str_to_upper('a'), '\\n')", b"A \n"),
    "ruby": (
        """require 'nokogiri'
        require 'diff/lcs'
        require 'open3'
        puts Nokogiri::XML('<a>b</a>').text, Diff::LCS.lcs('ab', 'bc').join""",
        b"b\nb\n",
    ),
}


def asked(environment: Environment, files: dict[str, bytes]) -> tuple[str, ...]:
    hint = EnvironmentHint(
        name=environment.name,
        languages=environment.languages,
        extensions=environment.extensions,
        entry=environment.entry,
    )
    texts = [SourceFile(path=path, text=data.decode(errors="replace")) for path, data in files.items()]
    return dependencies_of(hint, texts)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    build(None, REGISTRY, tuple(WANTING))
    found = DockerEngine(registry=REGISTRY, state_dir=tmp_path_factory.mktemp("state"), boot_id="absent")
    yield found
    found.close()


@pytest.mark.engine
@pytest.mark.parametrize("name", WANTING)
def test_a_package_that_is_not_there_ends_the_run(name: str, engine: DockerEngine) -> None:
    code, wanted, there = WANTING[name]
    environment = REGISTRY.get(name)
    files = {environment.entry: code.encode()}
    request = RunRequest(
        key=f"absent-{name}",
        environment=name,
        files=files,
        entry=environment.entry,
        dependencies=asked(environment, files),
    )
    result = engine.run(request)
    assert (result.outcome, result.phase, result.stages) == (Outcome.INSTALL_FAILED, Phase.INSTALL, ())
    assert f"not installed in this environment: {wanted}; it has: " in result.message
    assert there in result.message


@pytest.mark.engine
@pytest.mark.parametrize("name", CONTENT)
def test_a_package_that_is_there_is_used(name: str, engine: DockerEngine) -> None:
    code, printed = CONTENT[name]
    environment = REGISTRY.get(name)
    files = {environment.entry: code.encode()}
    request = RunRequest(
        key=f"absent-{name}",
        environment=name,
        files=files,
        entry=environment.entry,
        dependencies=asked(environment, files),
    )
    result = engine.run(request)
    assert (result.outcome, result.stdout.data) == (Outcome.SUCCEEDED, printed), (result.message, result.stderr.data)


@pytest.mark.parametrize("environment", REGISTRY.all(), ids=lambda environment: environment.name)
def test_no_smoke_program_asks_for_what_its_image_lacks(environment: Environment) -> None:
    for smoke in environment.smoke:
        words = asked(environment, environment.smoke_files(smoke))
        ecosystem = environment.install.ecosystem if environment.install else ""
        found = sort_out(words, environment.packages, ecosystem=ecosystem)
        assert (found.install, found.refused) == ((), ()), smoke.name
