"""Looks at a text: how long it is, how it reads, which words it likes."""

import re
from collections import Counter

import gradio as gr
import pandas as pd

SAMPLE = (
    "The lighthouse keeper wrote one line every evening. Some evenings the line was about the sea, "
    "some evenings about the birds, and once, when the lamp had failed, the line was only: dark, but still here."
)


def look(text: str) -> tuple[str, pd.DataFrame]:
    words = re.findall(r"[\w'-]+", text.lower())
    sentences = [part for part in re.split(r"[.!?]+", text) if part.strip()]
    minutes = len(words) / 220
    facts = (
        f"### {len(words)} words, {len(sentences)} sentences\n"
        f"About **{max(minutes * 60, 1):.0f} seconds** to read. "
        f"A sentence has **{len(words) / max(len(sentences), 1):.1f} words** on average."
    )
    common = Counter(word for word in words if len(word) > 3).most_common(8)
    return facts, pd.DataFrame(common, columns=["word", "count"])


def change(text: str, how: str) -> str:
    ways = {
        "UPPER CASE": str.upper,
        "Title Case": str.title,
        "Backwards": lambda found: found[::-1],
        "Slug": lambda found: re.sub(r"[^a-z0-9]+", "-", found.lower()).strip("-"),
    }
    return ways[how](text)


with gr.Blocks(title="Text tools") as demo:
    gr.Markdown("# Text tools\nCount it, change it.")
    text = gr.Textbox(SAMPLE, label="Your text", lines=5)
    with gr.Tab("Look"):
        with gr.Row():
            facts = gr.Markdown()
            chart = gr.BarPlot(x="word", y="count", title="Words it likes", height=260, y_lim=[0, 4])
        gr.Button("Look at it", variant="primary").click(look, text, [facts, chart])
    with gr.Tab("Change"):
        how = gr.Radio(["UPPER CASE", "Title Case", "Backwards", "Slug"], value="Slug", label="Into")
        changed = gr.Textbox(label="Changed", lines=3)
        gr.Button("Change it", variant="primary").click(change, [text, how], changed)
    demo.load(look, text, [facts, chart])

if __name__ == "__main__":
    demo.launch(share=True, server_port=7861)
