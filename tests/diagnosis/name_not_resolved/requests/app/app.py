import requests
from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return "It works."


@app.get("/pay")
def pay():
    return requests.get("https://api.payments.invalid/", timeout=5).text
