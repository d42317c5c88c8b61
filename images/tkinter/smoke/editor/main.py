"""A small text editor: open, save, find, count."""

import tkinter as tk
from pathlib import Path
from tkinter import messagebox, ttk

FILE = Path("note.txt")
SAMPLE = """Things to see on the coast path

1. The tide mill, at low water.
2. Cormorants drying their wings on the third post.
3. The bakery that closes when the bread is gone.

Bring: map, apples, a coat even when it is sunny.
"""


class Editor(tk.Tk):
    def __init__(self):
        super().__init__()
        self.title(f"{FILE.name} – Editor")
        self.geometry("720x460")
        ttk.Style(self).theme_use("clam")
        self._menu()
        bar = ttk.Frame(self, padding=6)
        bar.pack(fill="x")
        ttk.Button(bar, text="Save", command=self.save).pack(side="left")
        ttk.Label(bar, text="Find").pack(side="left", padx=(16, 4))
        self.wanted = tk.StringVar()
        self.wanted.trace_add("write", self.find)
        ttk.Entry(bar, textvariable=self.wanted, width=24).pack(side="left")
        self.text = tk.Text(
            self, font=("DejaVu Sans Mono", 12), wrap="word", undo=True, padx=14, pady=10, bg="#fffdf7", relief="flat"
        )
        self.text.pack(fill="both", expand=True)
        self.text.tag_configure("found", background="#ffe08a")
        self.state_line = ttk.Label(self, padding=(10, 4), anchor="e")
        self.state_line.pack(fill="x")
        self.text.insert("1.0", FILE.read_text() if FILE.exists() else SAMPLE)
        self.text.bind("<KeyRelease>", self.count)
        self.bind("<Control-s>", lambda _: self.save())
        self.text.focus_set()
        self.count()

    def _menu(self):
        menu = tk.Menu(self)
        file = tk.Menu(menu, tearoff=False)
        file.add_command(label="Save", accelerator="Ctrl+S", command=self.save)
        file.add_command(label="About", command=lambda: messagebox.showinfo("About", "A small text editor."))
        file.add_separator()
        file.add_command(label="Quit", command=self.destroy)
        menu.add_cascade(label="File", menu=file)
        self.config(menu=menu)

    def save(self):
        FILE.write_text(self.text.get("1.0", "end-1c"))
        self.count(note="saved, ")

    def count(self, _event=None, note=""):
        text = self.text.get("1.0", "end-1c")
        self.state_line.config(text=f"{note}{len(text.split())} words, {len(text)} characters")

    def find(self, *_):
        self.text.tag_remove("found", "1.0", "end")
        wanted, place = self.wanted.get(), "1.0"
        while wanted and (place := self.text.search(wanted, place, "end", nocase=True)):
            self.text.tag_add("found", place, f"{place}+{len(wanted)}c")
            place = f"{place}+{len(wanted)}c"


Editor().mainloop()
