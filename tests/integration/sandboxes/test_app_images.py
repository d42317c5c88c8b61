"""Web applications in Python: their samples, and the ways in which their files start, or do not."""

from collections.abc import Iterator

import pytest

from sandboxes.registry import Registry
from sandboxes.result import Outcome, Phase
from tests.fixtures.apps import Apps, opening

pytestmark = pytest.mark.engine

REGISTRY = Registry.load()
ENVIRONMENTS = ("flask", "fastapi", "gradio", "streamlit")
SAMPLES = [(name, smoke.name) for name in ENVIRONMENTS for smoke in REGISTRY.get(name).smoke]
# environment -> a file that ends well and serves nothing
IDLE = {
    "flask": "import flask\nprint('nothing to see')\n",
    "fastapi": "import fastapi\napps = [fastapi.FastAPI()]\n",
    "gradio": "import gradio\n",
}
# what people write at the end of a file -> the file
STARTS = {
    "flask-bare": (
        "flask",
        """
from flask import Flask
app = Flask(__name__)
app.get('/')(lambda: 'it works')
""",
    ),
    "flask-debug": (
        "flask",
        """
from flask import Flask
app = Flask(__name__)
app.get('/')(lambda: 'it works')
if __name__ == '__main__':
    app.run(debug=True, host='0.0.0.0', port=5001, use_reloader=True)
""",
    ),
    "flask-factory": (
        "flask",
        """
import flask
def create_app():
    made = flask.Flask('made')
    made.add_url_rule('/', view_func=lambda: 'it works')
    return made
""",
    ),
    "flask-socketio": (
        "flask",
        """
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app)
app.get('/')(lambda: 'it works')
socketio.run(app, debug=True, port=5000)
""",
    ),
    "flask-waitress": (
        "flask",
        """
from flask import Flask
from waitress import serve
app = Flask(__name__)
app.get('/')(lambda: 'it works')
serve(app, host='0.0.0.0', port=8080)
""",
    ),
    "fastapi-bare": (
        "fastapi",
        """
from fastapi import FastAPI
app = FastAPI()
app.get('/')(lambda: 'it works')
""",
    ),
    "fastapi-reload": (
        "fastapi",
        """
import uvicorn
from fastapi import FastAPI
app = FastAPI()
app.get('/')(lambda: 'it works')
print('once')
uvicorn.run('main:app', host='0.0.0.0', port=80, reload=True, workers=4)
""",
    ),
    "fastapi-other-name": (
        "fastapi",
        """
import uvicorn
from fastapi import FastAPI
app = FastAPI()
app.get('/')(lambda: 'it works')
if __name__ == '__main__':
    uvicorn.run('server:app', reload=True)
""",
    ),
    "fastapi-server": (
        "fastapi",
        """
import asyncio, uvicorn
from fastapi import FastAPI
app = FastAPI()
app.get('/')(lambda: 'it works')
asyncio.run(uvicorn.Server(uvicorn.Config(app, '127.0.0.1', 9000)).serve())
""",
    ),
    "gradio-mounted": (
        "gradio",
        """
import fastapi, gradio as gr, uvicorn
with gr.Blocks() as demo:
    gr.Markdown('it works')
uvicorn.run(gr.mount_gradio_app(fastapi.FastAPI(), demo, path='/'), port=7860)
""",
    ),
    "gradio-not-blocking": (
        "gradio",
        """
import gradio as gr
demo = gr.Interface(lambda name: name, 'text', 'text', title='it works')
demo.queue().launch(prevent_thread_lock=True, server_name='0.0.0.0', server_port=80, debug=True)
""",
    ),
    "streamlit-endless": (
        "streamlit",
        """
import itertools, time
import streamlit as st
place = st.empty()
for count in itertools.count():
    place.write(f'it works {count}')
    time.sleep(0.1)
""",
    ),
}


@pytest.fixture(scope="module")
def running_apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    with opening(tmp_path_factory.mktemp("apps"), REGISTRY, *ENVIRONMENTS) as apps:
        yield apps


@pytest.fixture
def apps(running_apps: Apps) -> Iterator[Apps]:
    yield running_apps
    running_apps.close()


def entry_of(environment: str) -> str:
    return REGISTRY.get(environment).entry


@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_a_sample_shows_its_page_or_fails_as_it_should(apps: Apps, name: str, sample: str) -> None:
    environment = REGISTRY.get(name)
    smoke = next(found for found in environment.smoke if found.name == sample)
    app = apps.open(name, dict(environment.smoke_files(smoke)), environment.entry)
    if smoke.outcome is Outcome.FAILED:
        result = app.session.result
        assert result is not None
        assert (result.outcome, result.phase, result.exit_code) == (Outcome.FAILED, Phase.SERVE, 1)
        assert f'File "/sandbox/{environment.entry}", line'.encode() in result.stages[-1].stderr.data
        return
    page = app.page()
    page.get_by_text(smoke.text).first.wait_for()
    assert app.elsewhere == []


@pytest.mark.parametrize("start", STARTS)
def test_an_application_is_served_however_its_file_starts_it(apps: Apps, start: str) -> None:
    environment, source = STARTS[start]
    app = apps.open(environment, {entry_of(environment): source}, entry_of(environment))
    assert app.session.ready, app.session.result
    app.page().get_by_text("it works").first.wait_for()
    assert app.printed.count(b"once\n") == (start == "fastapi-reload")


@pytest.mark.parametrize("environment", IDLE)
def test_a_file_that_serves_nothing_has_failed_and_says_so(apps: Apps, environment: str) -> None:
    app = apps.open(environment, {entry_of(environment): IDLE[environment]}, entry_of(environment))
    result = app.session.result
    assert result is not None
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 1)
    assert b"Nothing was served" in result.stages[-1].stderr.data


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_file_that_does_not_compile_shows_the_line(apps: Apps, environment: str) -> None:
    app = apps.open(environment, {entry_of(environment): "a = 1\nb = = 2\n"}, entry_of(environment))
    result = app.session.result
    assert result is not None
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 1)
    assert f'{entry_of(environment)}", line 2'.encode() in result.stages[-1].stderr.data
    assert b"SyntaxError" in result.stages[-1].stderr.data


def test_flask_debug_shows_where_a_request_failed(apps: Apps) -> None:
    source = "from flask import Flask\napp = Flask(__name__)\n@app.get('/x')\ndef x():\n    return 1 / 0\n"
    app = apps.open("flask", {"app.py": source + "app.run(debug=True)\n"}, "app.py")
    page = app.page("/x")
    page.get_by_text("return 1 / 0").first.wait_for()
    app.await_print("ZeroDivisionError")


def test_fastapis_documentation_needs_no_network(apps: Apps) -> None:
    source = "from fastapi import FastAPI\napp = FastAPI(title='Birds')\napp.get('/wren')(lambda: 'small')\n"
    app = apps.open("fastapi", {"main.py": source}, "main.py")
    page = app.page("/docs")
    page.locator(".opblock-summary-path", has_text="/wren").wait_for()
    page = app.page("/redoc")
    page.get_by_role("heading", name="Birds").first.wait_for()
    assert app.elsewhere == []


def test_a_click_in_gradio_runs_the_function(apps: Apps) -> None:
    source = """
import gradio as gr
with gr.Blocks() as demo:
    name = gr.Textbox(label="Name")
    said = gr.Textbox(label="Said")
    gr.Button("Greet").click(lambda text: f"Hello {text}!", name, said)
demo.launch(share=True)
"""
    app = apps.open("gradio", {"app.py": source}, "app.py")
    page = app.page()
    page.get_by_label("Name").fill("Ada")
    page.get_by_role("button", name="Greet").click()
    page.wait_for_function(
        "[...document.querySelectorAll('textarea,input')].some((field) => field.value === 'Hello Ada!')"
    )
    assert app.elsewhere == []


def test_a_widget_of_streamlit_runs_the_script_again(apps: Apps) -> None:
    source = """
import streamlit as st
from parts.words import greet
if "count" not in st.session_state:
    st.session_state.count = 0
if st.button("More"):
    st.session_state.count += 1
st.write(greet(st.session_state.count))
"""
    parts = {
        "app.py": source,
        "parts/__init__.py": "",
        "parts/words.py": "def greet(n):\n    return f'seen {n} times'\n",
    }
    app = apps.open("streamlit", {**parts}, "app.py")
    page = app.page()
    page.get_by_text("seen 0 times").wait_for()
    page.get_by_role("button", name="More").click()
    page.get_by_text("seen 1 times").wait_for()
    assert app.elsewhere == []
