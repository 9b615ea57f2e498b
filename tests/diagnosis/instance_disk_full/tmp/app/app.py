import tempfile

from flask import Flask

app = Flask(__name__)
CHUNK = b"0" * (1 << 20)


@app.get("/")
def index():
    return "It works."


@app.get("/export")
def export():
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        for _ in range(1 << 14):
            file.write(CHUNK)
    return "Written."
