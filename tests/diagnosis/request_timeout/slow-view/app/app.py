import time

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


@app.get("/report")
def report():
    time.sleep(40)
    return "Done."
