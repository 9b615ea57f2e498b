from acme_parts import count
from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return f"{count} parts are in stock."
