import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return "It works."


@app.get("/report")
def report():
    os.makedirs("/app/cache", exist_ok=True)
    with open("/app/cache/report.csv", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 1 << 20)
    return "Written."
