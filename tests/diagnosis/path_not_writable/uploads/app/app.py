from pathlib import Path

from flask import Flask

app = Flask(__name__)
uploads = Path("/srv/uploads")


@app.get("/")
def home():
    return "It works."


@app.post("/upload")
def upload():
    uploads.mkdir(parents=True, exist_ok=True)
    (uploads / "last").write_text("x")
    return "kept"
