"""Desktop programs on the virtual display: seen and used in a real browser, and their ends."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from sandboxes.registry import Registry
from sandboxes.result import Outcome, Phase
from tests.fixtures.apps import SECONDS, Apps, opening
from tests.fixtures.waiting import wait_for

pytestmark = pytest.mark.engine

REGISTRY = Registry.load()
ENVIRONMENTS = ("pygame", "tkinter", "turtle")
SAMPLES = [(name, smoke.name) for name in ENVIRONMENTS for smoke in REGISTRY.get(name).smoke]
# a window filled with one colour; it prints its keys and clicks, and does what some keys say
PROGRAM = """
import sys
import pygame
pygame.init()
screen = pygame.display.set_mode((600, 400))
pygame.mixer.Sound(buffer=bytes(4000)).play()
colour = "red"
while True:
    for event in pygame.event.get():
        if event.type == pygame.KEYDOWN:
            print("key", pygame.key.name(event.key), flush=True)
            if event.key == pygame.K_q:
                pygame.quit()
                sys.exit(0)
            if event.key == pygame.K_f:
                raise SystemExit(3)
        if event.type == pygame.MOUSEBUTTONDOWN:
            print("click", *event.pos, flush=True)
            colour = "blue"
    screen.fill(colour)
    pygame.display.flip()
    pygame.time.wait(20)
"""
# near the middle of the display, where the pointer begins
MIDDLE = """() => { const canvas = document.querySelector("#screen canvas");
  if (!canvas?.width) return "";
  const found = canvas.getContext("2d").getImageData(canvas.width / 2 + 60, canvas.height / 2 + 60, 1, 1);
  return found.data.slice(0, 3).join() }"""
# how many colours a coarse look finds
COLOURS = """() => { const canvas = document.querySelector("#screen canvas");
  if (!canvas?.width) return 0;
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data, found = new Set();
  for (let at = 0; at < data.length; at += 28) found.add(data.slice(at, at + 3).join());
  return found.size }"""


@pytest.fixture(scope="module")
def running_apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    with opening(tmp_path_factory.mktemp("apps"), REGISTRY, *ENVIRONMENTS) as apps:
        yield apps


@pytest.fixture
def apps(running_apps: Apps) -> Iterator[Apps]:
    yield running_apps
    running_apps.close()


def await_middle(page: Page, colour: str) -> None:
    seen = {"": 0}

    def is_there() -> bool:
        found = page.evaluate(MIDDLE)
        seen[found] = seen.get(found, 0) + 1
        return bool(found == colour)

    try:
        wait_for(f"{colour} in the middle", is_there, SECONDS)
    except AssertionError as error:
        raise AssertionError(f"{error}: {seen}") from None


@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_a_sample_shows_its_window_or_fails_as_it_should(apps: Apps, name: str, sample: str) -> None:
    environment = REGISTRY.get(name)
    smoke = next(found for found in environment.smoke if found.name == sample)
    app = apps.open(name, dict(environment.smoke_files(smoke)), environment.entry)
    if smoke.outcome is Outcome.FAILED:
        result = app.session.result
        assert result is not None
        assert (result.outcome, result.phase, result.exit_code) == (Outcome.FAILED, Phase.SERVE, 1)
        assert b'File "/sandbox/main.py", line' in result.stages[-1].stderr.data
        return
    page = app.page()
    wait_for("a picture", lambda: page.evaluate(COLOURS) > 5, SECONDS)
    assert app.elsewhere == []
    assert app.session.result is None


def test_keys_and_clicks_reach_the_program_and_pictures_come_back(apps: Apps) -> None:
    app = apps.open("pygame", {"main.py": PROGRAM}, "main.py")
    page = app.page()
    await_middle(page, "255,0,0")
    page.keyboard.press("ArrowLeft")
    app.await_print("key left")
    page.keyboard.press("a")
    app.await_print("key a")
    page.mouse.click(640, 400)
    app.await_print("click 299 176\n")
    await_middle(page, "0,0,255")


def test_keys_reach_the_field_with_the_focus_then_a_dialog(apps: Apps) -> None:
    source = """
import tkinter as tk
from tkinter import messagebox
root = tk.Tk()
text = tk.StringVar()
text.trace_add("write", lambda *_: print("text", text.get(), flush=True))
field = tk.Entry(root, textvariable=text, width=40)
field.pack(padx=200, pady=200)
field.focus_set()
field.bind("<FocusIn>", lambda _: print("focused", flush=True))
root.bind("<Escape>", lambda _: messagebox.showinfo("Note", "A dialog") and print("closed", flush=True))
root.mainloop()
"""
    app = apps.open("tkinter", {"main.py": source}, "main.py")
    page = app.page()
    wait_for("a picture", lambda: page.evaluate(COLOURS) > 2, SECONDS)
    app.await_print("focused")
    page.keyboard.type("Hi, Zo! 2")
    app.await_print("text Hi, Zo! 2\n")
    page.keyboard.press("Escape")

    def closed() -> bool:
        page.keyboard.press("Enter")
        return b"closed" in app.printed

    # the dialog takes the focus: its button is pressed by a key
    wait_for("the dialog's end", closed, SECONDS)


def test_a_program_that_ends_well_leaves_its_last_frame(apps: Apps) -> None:
    app = apps.open("pygame", {"main.py": PROGRAM}, "main.py")
    page = app.page()
    await_middle(page, "255,0,0")
    page.keyboard.press("q")
    page.get_by_text("The program has ended (exit code 0)").wait_for()
    await_middle(page, "255,0,0")
    assert app.session.result is None
    # who looks later sees the same
    later = app.page()
    later.get_by_text("The program has ended (exit code 0)").wait_for()
    await_middle(later, "255,0,0")
    assert app.session.close().outcome is Outcome.SUCCEEDED


def test_a_program_that_fails_ends_its_app_with_its_exit_code(apps: Apps) -> None:
    app = apps.open("pygame", {"main.py": PROGRAM}, "main.py")
    page = app.page()
    await_middle(page, "255,0,0")
    page.keyboard.press("f")
    page.get_by_text("The program has ended (exit code 3)").wait_for()
    await_middle(page, "255,0,0")
    result = app.session.wait(SECONDS)
    assert result is not None
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 3)


def test_a_program_without_a_window_has_failed_and_says_so(apps: Apps) -> None:
    app = apps.open("tkinter", {"main.py": "import tkinter\nprint('done')\n"}, "main.py")
    result = app.session.result
    assert result is not None
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 1)
    assert b"without opening a window" in result.stages[-1].stderr.data


def test_a_program_that_opens_no_window_in_time_is_ended_and_told(apps: Apps) -> None:
    source = "import time, tkinter\nroot = tkinter.Tk()\nroot.withdraw()\ntime.sleep(100)\n"
    app = apps.open("tkinter", {"main.py": source}, "main.py", {"WINDOW_SECONDS": "1"})
    result = app.session.result
    assert result is not None
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 1)
    assert b"has not opened a window in 1 seconds" in result.stages[-1].stderr.data


def test_a_drawing_stays_when_its_file_has_ended(apps: Apps) -> None:
    source = "import turtle\npen = turtle.Turtle()\npen.speed(0)\npen.dot(300, 'green')\nprint('drawn', flush=True)\n"
    app = apps.open("turtle", {"main.py": source}, "main.py")
    page = app.page()
    app.await_print("drawn")
    await_middle(page, "0,128,0")
    assert app.session.result is None


def test_opengl_is_drawn_in_software(apps: Apps) -> None:
    source = """
import pygame
from OpenGL.GL import GL_COLOR_BUFFER_BIT, glClear, glClearColor
pygame.init()
pygame.display.set_mode((600, 400), pygame.OPENGL | pygame.DOUBLEBUF)
while True:
    pygame.event.pump()
    glClearColor(0, 1, 0, 1)
    glClear(GL_COLOR_BUFFER_BIT)
    pygame.display.flip()
    pygame.time.wait(50)
"""
    app = apps.open("pygame", {"main.py": source}, "main.py")
    assert app.session.ready, app.session.result
    await_middle(app.page(), "0,255,0")


# A VNC client of few words: `told` holds all that came, `say` sends.
CLIENT = """async () => {
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/screen");
  socket.binaryType = "arraybuffer";
  window.told = [];
  let wake = () => {};
  socket.onmessage = (event) => { window.told.push(...new Uint8Array(event.data)); wake(); };
  const until = (count) => new Promise((done) => { wake = () => { if (told.length >= count) done(); }; wake(); });
  await new Promise((done) => { socket.onopen = done; });
  const text = (words) => new TextEncoder().encode(words);
  await until(12); socket.send(text("RFB 003.008\\n"));
  await until(14); socket.send(new Uint8Array([1]));
  await until(18); socket.send(new Uint8Array([1]));
  await until(42);
  window.say = (...bytes) => socket.send(new Uint8Array(bytes));
  // raw rectangles, and the clipboard of those servers that offer one
  say(2, 0, 0, 2, 0, 0, 0, 0, 0xc0, 0xa1, 0xe5, 0xce);
  window.cut = (words) => say(6, 0, 0, 0, 0, 0, 0, words.length, ...text(words));
  window.press = (code) => { say(4, 1, 0, 0, 0, 0, 0, code); say(4, 0, 0, 0, 0, 0, 0, code); };
  // one small rectangle: an answer that comes after whatever was sent before
  window.ask = async () => { const before = told.length; say(3, 0, 0, 0, 0, 0, 0, 1, 0, 1); await until(before + 8); };
}"""


def test_no_clipboard_passes_in_or_out(apps: Apps) -> None:
    source = """
import tkinter as tk
root = tk.Tk()
root.geometry("400x300")
def held(name):
    try:
        return root.selection_get(selection=name)
    except tk.TclError:
        return "nothing"
def key(event):
    print(event.char, held("CLIPBOARD"), held("PRIMARY"), flush=True)
    if event.char == "b":
        root.clipboard_clear()
        root.clipboard_append("program secret")
        root.selection_handle(lambda *_: "program secret")
        root.selection_own()
        root.update()
root.bind("<Key>", key)
root.after(100, root.focus_force)
root.mainloop()
"""
    app = apps.open("tkinter", {"main.py": source}, "main.py")
    page = app.page()
    wait_for("a picture", lambda: page.evaluate(COLOURS) > 2, SECONDS)
    page.evaluate(CLIENT)
    # in: what a viewer cuts is nowhere to be had
    page.evaluate("() => { cut('viewer secret'); press(97); }")
    app.await_print("a nothing nothing\n")
    # out: what the program cuts is not sent
    page.evaluate("() => press(98)")
    app.await_print("b nothing nothing\n")
    page.evaluate("() => press(99)")
    app.await_print("c program secret program secret\n")
    page.evaluate("() => ask()")
    told = bytes(json.loads(page.evaluate("() => JSON.stringify(told)")))
    assert len(told) > 42
    assert b"secret" not in told


def test_the_page_gives_the_clients_clipboard_neither_text_nor_a_listener() -> None:
    page = (REGISTRY.folder / "desktop/page/app.js").read_text()
    assert "clipboardPasteFrom" not in page
    assert 'addEventListener("clipboard"' not in page
    assert "navigator.clipboard" not in page


def test_the_display_is_quiet_when_nothing_moves(apps: Apps) -> None:
    source = "import tkinter\nroot = tkinter.Tk()\nroot.geometry('300x200')\nroot.mainloop()\n"
    app = apps.open("tkinter", {"main.py": source}, "main.py")
    page = app.page()
    wait_for("a picture", lambda: page.evaluate(COLOURS) > 2, SECONDS)
    # the report is some seconds old, so the start has to be well over; a display that works uses 0.5 s in each second
    page.wait_for_timeout(3000)
    before = app.session.report().stages[-1].cpu_seconds
    page.wait_for_timeout(3000)
    after = app.session.report().stages[-1].cpu_seconds
    assert before > 0.1
    assert after - before < 0.4
