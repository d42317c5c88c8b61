"""Notes on cards, kept in SQLite."""

import sqlite3

from flask import Flask, flash, g, redirect, render_template, request, url_for

app = Flask(__name__)
app.secret_key = "only for this demonstration"
COLOURS = ["sand", "sky", "moss", "rose"]


def database():
    if "database" not in g:
        g.database = sqlite3.connect("notes.db")
        g.database.row_factory = sqlite3.Row
    return g.database


@app.teardown_appcontext
def close(_):
    if "database" in g:
        g.pop("database").close()


def begin():
    with sqlite3.connect("notes.db") as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, title TEXT, text TEXT, colour TEXT)"
        )
        if not connection.execute("SELECT 1 FROM note").fetchone():
            rows = [
                ("Market", "Leeks, lemons, the good bread", "sand"),
                ("Bicycle", "Back brake squeaks when it rains", "sky"),
                ("Garden", "Beans up the south wall in May", "moss"),
            ]
            connection.executemany("INSERT INTO note (title, text, colour) VALUES (?, ?, ?)", rows)


@app.get("/")
def index():
    wanted = request.args.get("q", "")
    rows = (
        database()
        .execute("SELECT * FROM note WHERE title || ' ' || text LIKE ? ORDER BY id DESC", (f"%{wanted}%",))
        .fetchall()
    )
    return render_template("index.html", notes=rows, wanted=wanted, colours=COLOURS)


@app.post("/notes")
def add():
    title = request.form["title"].strip()
    if not title:
        flash("A note needs a title.")
    else:
        values = (title, request.form["text"].strip(), request.form.get("colour", COLOURS[0]))
        database().execute("INSERT INTO note (title, text, colour) VALUES (?, ?, ?)", values)
        database().commit()
    return redirect(url_for("index"))


@app.post("/notes/<int:number>/delete")
def delete(number):
    database().execute("DELETE FROM note WHERE id = ?", (number,))
    database().commit()
    return redirect(url_for("index"))


if __name__ == "__main__":
    begin()
    app.run(debug=True, host="0.0.0.0", port=5001)
