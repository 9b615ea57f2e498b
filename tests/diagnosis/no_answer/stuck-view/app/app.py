import time

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    time.sleep(90)
    return "It works."
