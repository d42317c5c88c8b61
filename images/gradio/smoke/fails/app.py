import gradio as gr

with gr.Blocks() as demo:
    gr.Markdown("never seen")
    gr.Slider(0, 10, value=len(undefined_name))

demo.launch()
