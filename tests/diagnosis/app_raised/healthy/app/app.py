import traceback

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    try:
        {}["main"]
    except KeyError:
        traceback.print_exc()
    return "It works."
