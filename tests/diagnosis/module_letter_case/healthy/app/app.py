from flask import Flask

from Prices import price

app = Flask(__name__)


@app.get("/")
def home():
    return f"It works for {price}."
