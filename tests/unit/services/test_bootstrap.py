"""What the composition root makes of settings and files, as far as packages go."""

from pathlib import Path

from services.entrypoints.bootstrap import Assembly
from services.settings import Settings


def test_a_program_that_comes_as_files_is_asked_what_it_needs(tmp_path: Path) -> None:
    assembly = Assembly(Settings(data_dir=tmp_path))
    python = {"main.py": b"import yaml, os, own", "own.py": b"", "requirements.txt": b"rich>=13\n"}
    assert assembly.dependencies_of("python", python) == ("rich>=13", "yaml")
    node = {
        "main.js": b"require('chalk'); require('fs'); // \xff",
        "package.json": b'{"dependencies": {"chalk": "^4"}}',
    }
    assert assembly.dependencies_of("javascript", node) == ("chalk@^4",)
    assert assembly.dependencies_of("ruby", {"main.rb": b"require 'sinatra'\n"}) == ("sinatra",)


def test_each_ecosystem_has_an_index_of_its_own_or_none(tmp_path: Path) -> None:
    assert Assembly(Settings(data_dir=tmp_path)).package_indexes == {}
    settings = Settings(
        data_dir=tmp_path,
        packages="registry",
        package_index="https://python.example/simple",
        npm_index="https://npm.example",
        npm_hosts=("npm.example:443", "files.example:443"),
        npm_index_private=True,
    )
    found = Assembly(settings).package_indexes
    assert {name: (index.url, index.hosts, index.private) for name, index in found.items()} == {
        "python": ("https://python.example/simple", (), False),
        "javascript": ("https://npm.example", ("npm.example:443", "files.example:443"), True),
    }
