"""Filters for a picture; one to begin with is painted here."""

import gradio as gr
import numpy as np
from PIL import Image, ImageFilter, ImageOps


def landscape(width: int = 480, height: int = 300) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width]
    sky = np.stack([90 + y * 0.45, 130 + y * 0.3, 200 - y * 0.15], axis=-1)
    for depth, base in enumerate((150, 190, 230)):
        ridge = base + 22 * np.sin(x / (50 - 9 * depth) + depth) + 12 * np.sin(x / 17 + 2 * depth)
        sky[y > ridge] = (70 - 18 * depth, 95 - 20 * depth, 110 - 26 * depth)
    sky[(x - 360) ** 2 + (y - 80) ** 2 < 26**2] = (255, 226, 150)
    return Image.fromarray(sky.clip(0, 255).astype("uint8"))


def apply(image: Image.Image, name: str, strength: float) -> Image.Image:
    ways = {
        "Blur": lambda: image.filter(ImageFilter.GaussianBlur(strength * 8)),
        "Edges": lambda: ImageOps.invert(image.convert("L").filter(ImageFilter.FIND_EDGES)).convert("RGB"),
        "Poster": lambda: ImageOps.posterize(image, max(1, round(6 - 5 * strength))),
        "Sepia": lambda: ImageOps.colorize(ImageOps.grayscale(image), "#2b1b0e", "#ffe9c7"),
    }
    return Image.blend(image, ways[name](), min(1.0, 0.3 + strength))


# defined, not launched
demo = gr.Interface(
    apply,
    [
        gr.Image(landscape(), type="pil", label="Picture"),
        gr.Dropdown(["Blur", "Edges", "Poster", "Sepia"], value="Poster", label="Filter"),
        gr.Slider(0, 1, 0.7, label="Strength"),
    ],
    gr.Image(apply(landscape(), "Poster", 0.7), label="Filtered"),
    title="Picture filters",
    live=True,
    flagging_mode="never",
)
