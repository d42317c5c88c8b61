"""Which licences give the weights away: a documented reading of licence strings."""

import re
from enum import StrEnum


class LicenceClass(StrEnum):
    """Open: the weights can be downloaded, whatever else the licence asks. Proprietary: they cannot."""

    OPEN = "open"
    PROPRIETARY = "proprietary"
    UNKNOWN = "unknown"


OPEN_WORDS = frozenset(
    {
        *("apache", "mit", "bsd", "gpl", "lgpl", "agpl", "mpl", "isc", "unlicense", "cc0", "cc", "openrail", "rail"),
        *("llama", "gemma", "qwen", "qianwen", "deepseek", "falcon", "jamba", "nvidia", "mistral", "mnpl", "mrl", "yi"),
        *("dbrx", "phi", "openmdw", "glm", "kimi", "hunyuan", "modified", "open", "community", "research"),
    }
)
PROPRIETARY_WORDS = frozenset({"proprietary", "propretary", "closed", "commercial", "api"})
_WORD = re.compile(r"cc0|[a-z]+")
_NOT_COMMERCIAL = re.compile(r"non[- ]?commercial")


def licence_class_of(licence: str) -> LicenceClass:
    """The class of `licence`: proprietary words first, then open ones (in any case, as whole words); else unknown."""
    words = set(_WORD.findall(_NOT_COMMERCIAL.sub("", licence.casefold())))
    if words & PROPRIETARY_WORDS:
        return LicenceClass.PROPRIETARY
    return LicenceClass.OPEN if words & OPEN_WORDS else LicenceClass.UNKNOWN
