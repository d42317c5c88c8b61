"""A judge's prompt: a Markdown file, known by the hash of its content."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.errors import ConfigurationError

PROMPTS_FOLDER = Path(__file__).with_name("prompts")
PLACEHOLDERS = frozenset({"mark", "task", "first", "second", "images"})
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_PARTS = re.compile(r"\A---\n(?P<header>.*?)\n---\n# system\n(?P<system>.*?)\n# user\n(?P<user>.*)\Z", re.DOTALL)


class PromptHeader(BaseModel):
    """What is shown of a side and how much of it (characters), and how the judge may reply.

    `show`: the whole answer, or the files taken from it when there are some. `reason`: whether the judge has to
    give one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    show: Literal["answer", "files"]
    task_chars: int = Field(gt=0)
    answer_chars: int = Field(gt=0)
    output_chars: int = Field(gt=0)
    max_tokens: int = Field(gt=0)
    reason: bool


@dataclass(frozen=True, kw_only=True)
class PromptFile:
    """The prompt of a judge. `digest` is the SHA-256 of the whole file, header included."""

    name: str
    header: PromptHeader
    system: str
    user: str
    digest: str

    def fill(self, values: Mapping[str, str]) -> tuple[str, str]:
        """System and user text with every placeholder replaced, in one pass: what is put in is never read again."""
        return _fill(self.system, values), _fill(self.user, values)


def load_prompt(name: str, folder: Path = PROMPTS_FOLDER) -> PromptFile:
    """The prompt `name`.md of the folder.

    Raises:
        ConfigurationError: there is no such file, or it is not header, `# system` and `# user`; names the file.
    """
    path = folder / f"{name}.md"
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(sorted(file.stem for file in folder.glob("*.md")))
        raise ConfigurationError(f"The judge prompt {path} cannot be read.", hint=f"There are: {known}.") from error
    parts = _PARTS.match(text)
    if parts is None:
        raise ConfigurationError(f"{path}:1: a judge prompt is a `---` header, `# system` and `# user`.")
    unknown = set(_PLACEHOLDER.findall(parts["system"] + parts["user"])) - PLACEHOLDERS
    if unknown:
        raise ConfigurationError(f"{path}: unknown placeholders: {', '.join(sorted(unknown))}.")
    return PromptFile(
        name=name,
        header=_header(path, parts["header"]),
        system=parts["system"].strip(),
        user=parts["user"].strip(),
        digest=hashlib.sha256(data).hexdigest(),
    )


def _header(path: Path, text: str) -> PromptHeader:
    try:
        return PromptHeader.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: the header is not valid YAML.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigurationError(f"{path}: header: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


def _fill(template: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], template)
