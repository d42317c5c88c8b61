"""Runs a program as `python3 FILE ARGUMENT...` would; what the turtle has drawn stays when its file has ended."""

import os
import sys

import arena_main


def keep_drawing(names):
    """Leave the turtle's window open, if there is one that the file has not waited for until it was closed."""
    turtle = sys.modules.get("turtle")
    if turtle is not None and turtle.Turtle._screen is not None and turtle._Screen._root is not None:
        turtle.mainloop()


if __name__ == "__main__":
    os._exit(arena_main.run(sys.argv[1:], after=keep_drawing))
