"""Colours that go together, as a page and as JSON."""

import colorsys

from flask import Flask, jsonify, render_template_string, request

app = Flask(__name__)

PAGE = """<!doctype html>
<title>Palette</title>
<style>
  body { font: 16px system-ui, sans-serif; margin: 0; background: #f7f7f5; color: #222; }
  form { padding: 28px 40px 12px; display: flex; gap: 16px; align-items: baseline; }
  .row { display: flex; height: 60vh; margin: 12px 40px; border-radius: 16px; overflow: hidden; }
  .row div { flex: 1; display: flex; align-items: flex-end; padding: 16px; font-family: monospace; color: #fff; }
</style>
<form><h1>Palette</h1>
  <label>Hue <input type="range" name="hue" min="0" max="359" value="{{ hue }}" onchange="this.form.submit()"></label>
  <label>Step <input type="number" name="step" min="5" max="90" value="{{ step }}" onchange="this.form.submit()"></label>
</form>
<div class="row">{% for colour in colours %}<div style="background:{{ colour }}">{{ colour }}</div>{% endfor %}</div>
"""


def colours(hue: int, step: int) -> list[str]:
    found = []
    for place in range(6):
        red, green, blue = colorsys.hls_to_rgb((hue + place * step) % 360 / 360, 0.34 + 0.06 * place, 0.46)
        found.append(f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}")
    return found


def asked() -> tuple[int, int]:
    return request.args.get("hue", 168, type=int), request.args.get("step", 24, type=int)


@app.route("/")
def page():
    hue, step = asked()
    return render_template_string(PAGE, hue=hue, step=step, colours=colours(hue, step))


@app.route("/api/palette")
def as_json():
    return jsonify(colours=colours(*asked()))
