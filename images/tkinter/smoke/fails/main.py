import tkinter as tk

root = tk.Tk()
root.title("Never seen")
tk.Label(root, text="Hello", colour="red").pack()
root.mainloop()
