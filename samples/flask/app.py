"""A guest book: one page, one table."""
import os
import sqlite3

from flask import Flask, g, redirect, render_template, request, url_for

app = Flask(__name__)

# A folder that outlives releases: slipway.toml makes it a volume. On your own machine it is a folder beside this file.
DATA = os.environ.get("DATA_FOLDER", os.path.join(app.root_path, "data"))


def database():
    if "database" not in g:
        os.makedirs(DATA, exist_ok=True)
        g.database = sqlite3.connect(os.path.join(DATA, "guests.db"))
        g.database.execute("create table if not exists guests (name text not null, wrote text not null)")
    return g.database


@app.teardown_appcontext
def close_database(error):
    if "database" in g:
        g.database.close()


@app.get("/")
def read():
    guests = database().execute("select name, wrote from guests order by rowid desc limit 100").fetchall()
    return render_template("guests.html", guests=guests)


@app.post("/")
def write():
    name, wrote = (request.form.get(field, "").strip()[:500] for field in ("name", "wrote"))
    if name and wrote:
        with database():
            database().execute("insert into guests values (?, ?)", (name, wrote))
    return redirect(url_for("read"))


@app.get("/health")
def health():
    database().execute("select 1 from guests limit 1")
    return "good\n"
