"""`arena --version` answers at once: nothing heavy is loaded before a command needs it."""

import subprocess
import sys

HEAVY = ("numpy", "scipy", "sqlalchemy", "fastapi", "celery", "docker", "redis", "openai", "tree_sitter")
PROGRAM = f"""
import sys
from services.cli.main import build
build()
print([name for name in {HEAVY} if name in sys.modules])
"""


def test_the_command_tree_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
