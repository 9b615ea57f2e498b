import json

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


prices = json.loads("{not json}")
