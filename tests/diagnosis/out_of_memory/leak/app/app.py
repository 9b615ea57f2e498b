from flask import Flask

app = Flask(__name__)
seen = []


@app.get("/")
def home():
    return f"It remembers {len(seen)}."


@app.get("/export")
def export():
    seen.append(b"x" * (60 << 20))
    return f"{len(seen)} exports."
