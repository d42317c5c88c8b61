"""Runs a Python program: executed by itself, or loaded once by a warm agent. All the work is in `arena_program`.

This file is little, since an interpreter compiles the file it executes anew each time.
"""

import os
import sys

import arena_program

if __name__ == "__main__":
    os._exit(arena_program.run(sys.argv[1:]))

settle, prepare, run = arena_program.settle, arena_program.prepare, arena_program.run
