"""A calculator; the keyboard works too."""

import ast
import operator

import customtkinter as ctk

WAYS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
KEYS = ["789÷", "456×", "123−", "0.=+"]


def value(text: str) -> float:
    def of(node: ast.AST) -> float:
        match node:
            case ast.Constant(value=int() | float() as number):
                return number
            case ast.BinOp(left=left, op=way, right=right):
                return WAYS[type(way)](of(left), of(right))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -of(inner)
        raise ValueError(text)

    return of(ast.parse(text.replace("÷", "/").replace("×", "*").replace("−", "-"), mode="eval").body)


class Calculator(ctk.CTk):
    def __init__(self):
        super().__init__()
        self.title("Calculator")
        self.geometry("340x460")
        self.text = ctk.StringVar(value="0")
        self.columnconfigure(tuple(range(4)), weight=1)
        self.rowconfigure(tuple(range(1, 5)), weight=1)
        shown = ctk.CTkLabel(self, textvariable=self.text, font=("DejaVu Sans", 36), anchor="e")
        shown.grid(row=0, columnspan=4, sticky="ew", padx=20, pady=24)
        for row, keys in enumerate(KEYS, start=1):
            for column, key in enumerate(keys):
                colour = "#d9822b" if not (key.isdigit() or key == ".") else "#4a5568"
                button = ctk.CTkButton(
                    self, text=key, width=60, corner_radius=12, font=("DejaVu Sans", 22), fg_color=colour,
                    hover_color="#718096", command=lambda key=key: self.press(key),
                )  # fmt: skip
                button.grid(row=row, column=column, sticky="nsew", padx=5, pady=5)
        self.bind("<Key>", self.typed)

    def typed(self, event):
        keys = {"Return": "=", "KP_Enter": "=", "slash": "÷", "asterisk": "×", "minus": "−", "BackSpace": "back"}
        self.press(keys.get(event.keysym, event.char))

    def press(self, key):
        text = self.text.get()
        if key == "=":
            try:
                self.text.set(f"{value(text):g}")
            except (ValueError, SyntaxError, KeyError, ZeroDivisionError):
                self.text.set("error")
        elif key == "back":
            self.text.set(text[:-1] or "0")
        elif key and key in "0123456789.÷×−+":
            self.text.set(key if text in ("0", "error") and key not in ".÷×−+" else text + key)


ctk.set_appearance_mode("dark")
Calculator().mainloop()
