"""models.yaml: what it may say, and how it complains."""

from pathlib import Path

import pytest

from services.clock import SystemClock
from services.contenders.catalogue import YamlCatalogue
from services.contenders.protocol import ChatRequest, TextChunk
from services.domain.message import Message, Role
from services.errors import ConfigurationError, NotFound, PrerequisiteError, ProviderError

GOOD = """\
remote:
  model: big-1
  api_type: openai
  endpoints:
    - api_base: https://api.example.org/v1
      api_key: ${EXAMPLE_KEY}
  parallel: 8
  max_tokens: 4096
  temperature: 0.0
  arena: {enabled: false, weight: 2, organisation: Example, licence: MIT, released: 2026-01-31}
old:
  model: recorded-1
  api_type: recorded
  answers: answers.jsonl
"""


def catalogue(folder: Path, text: str | None, **environ: str) -> YamlCatalogue:
    path = None
    if text is not None:
        path = folder / "models.yaml"
        path.write_text(text)
    return YamlCatalogue(path, data_folder=folder / "data", environ=environ, clock=SystemClock())


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        catalogue(folder, text)
    return caught.value.message


def test_the_shipped_file_has_three_contenders_that_differ_and_a_judge_that_sits_out(tmp_path: Path) -> None:
    shipped = catalogue(tmp_path, None).contenders()
    playing = [contender for contender in shipped if contender.enabled]
    assert len({contender.settings_hash for contender in playing}) == len(playing) >= 3
    assert [contender.name for contender in shipped if not contender.enabled] == ["smollm2-judge"]


def test_what_the_file_says_is_what_the_arena_sees(tmp_path: Path) -> None:
    remote, old = catalogue(tmp_path, GOOD).contenders()
    assert (remote.name, remote.model, remote.organisation, remote.licence) == ("remote", "big-1", "Example", "MIT")
    assert (remote.enabled, remote.weight, old.enabled) == (False, 2.0, True)


def test_a_contender_can_be_private_or_retired_and_a_retired_one_is_not_drawn(tmp_path: Path) -> None:
    more = "family: owl, public: false, retired: two newer ones are there"
    (remote, old) = catalogue(tmp_path, GOOD.replace("enabled: false,", f"{more},")).contenders()
    assert (remote.family, remote.public, remote.enabled) == ("owl", False, False)
    assert remote.retired == "two newer ones are there"
    assert (old.family, old.public, old.enabled, old.retired) == ("", True, True, "")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("parallel: 8", "paralel: 8", "models.yaml:7: remote.paralel"),
        ("parallel: 8", "parallel: many", "models.yaml:7: remote.parallel"),
        ("temperature: 0.0", "temperature: 3", "models.yaml:9: remote.temperature"),
        ("api_type: openai", "api_type: opnai", "models.yaml:3: remote.api_type"),
        ("${EXAMPLE_KEY}", "sk-literal-key", "models.yaml:6: remote.endpoints.0.api_key"),
        ("${EXAMPLE_KEY}", "x${EXAMPLE_KEY}", "models.yaml:6: remote.endpoints.0.api_key"),
        ("${EXAMPLE_KEY}", "${NOT-A-NAME}", "models.yaml:6: remote.endpoints.0.api_key"),
        ("https://api.example.org/v1", "${BASE}", "models.yaml:5: remote.endpoints.0.api_base"),
        ("model: big-1", "model: ${MODEL}", "models.yaml:2: remote.model"),
        ("weight: 2", "weigth: 2", "models.yaml:10: remote.arena.weigth"),
        ("old:", "remote:", "models.yaml:11: remote stands here twice (first in line 1)"),
        ("  answers: answers.jsonl\n", "", "models.yaml:11: old: answers"),
        ("old:", '"no good":', "models.yaml:11: no good"),
        ("parallel: 8", "parallel: [8", "models.yaml:"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, old: str, new: str, place: str) -> None:
    said = complaint(tmp_path, GOOD.replace(old, new))
    assert place in said
    assert "sk-literal-key" not in said


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "\x01", "a: !!python/object:os.system {}"])
def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path, text: str) -> None:
    assert "models.yaml" in complaint(tmp_path, text)


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        YamlCatalogue(tmp_path / "nowhere.yaml", data_folder=tmp_path, environ={}, clock=SystemClock())


def test_a_key_matters_only_when_the_contender_is_opened(tmp_path: Path) -> None:
    without = catalogue(tmp_path, GOOD)
    with pytest.raises(PrerequisiteError, match="EXAMPLE_KEY") as caught:
        without.open("remote")
    assert "EXAMPLE_KEY" in caught.value.hint
    assert catalogue(tmp_path, GOOD, EXAMPLE_KEY="k").open("remote").contender.name == "remote"


def test_an_unknown_contender_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        catalogue(tmp_path, GOOD).open("gpt-9")
    assert "remote, old" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("temperature: 0.0", "temperature: 0.1", True),
        ("model: big-1", "model: big-2", True),
        ("parallel: 8", "system_prompt: Be brief.", True),
        ("parallel: 8", "parallel: 9", False),
        ("weight: 2", "weight: 3", False),
        ("EXAMPLE_KEY", "OTHER_KEY", False),
    ],
)
def test_the_settings_hash_follows_what_shapes_an_answer(tmp_path: Path, old: str, new: str, changes: bool) -> None:
    before = catalogue(tmp_path, GOOD).contenders()[0].settings_hash
    after = catalogue(tmp_path, GOOD.replace(old, new)).contenders()[0].settings_hash
    assert (before != after) is changes


def test_the_settings_hash_follows_the_recorded_answers(tmp_path: Path) -> None:
    before = catalogue(tmp_path, GOOD).contenders()[1].settings_hash
    (tmp_path / "answers.jsonl").write_text('{"prompt": "p", "answer": "a"}\n')
    assert catalogue(tmp_path, GOOD).contenders()[1].settings_hash != before


def say(folder: Path, prompt: str) -> str:
    asked = ChatRequest(messages=[Message(role=Role.USER, text=prompt)])
    steps = catalogue(folder, GOOD).open("old").stream(asked)
    return "".join(step.text for step in steps if isinstance(step, TextChunk))


def test_recorded_answers_are_found_by_prompt_or_uid_and_by_name_or_model(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").write_text(
        '{"uid": "u1", "prompt": " add ", "model": "recorded-1", "answer": "one"}\n\n'
        '{"uid": "u2", "contender": "old", "answer": "two"}\n'
        '{"prompt": "add", "model": "somebody-else", "answer": "wrong"}\n'
        '{"prompt": "any", "answer": "' + "long " * 100 + '", "tstamp": 1.5}\n'
    )
    assert [say(tmp_path, key) for key in ("add", "u1", "u2")] == ["one", "one", "two"]
    assert say(tmp_path, "any\n") == "long " * 100
    with pytest.raises(ProviderError) as caught:
        say(tmp_path, "unheard of")
    assert (caught.value.code, caught.value.retryable) == ("no_recorded_answer", False)


@pytest.mark.parametrize("line", ["{oops", "[]", '{"prompt": "p"}', '{"answer": "a"}', '{"prompt": 5, "answer": "a"}'])
def test_a_bad_recorded_line_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    (tmp_path / "answers.jsonl").write_text('{"prompt": "p", "answer": "a"}\n' + line + "\n")
    with pytest.raises(ConfigurationError, match=r"answers\.jsonl:2: "):
        say(tmp_path, "p")


def test_missing_recorded_answers_matter_when_opened(tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError, match=r"answers\.jsonl"):
        say(tmp_path, "p")
