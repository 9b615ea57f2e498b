import requests
from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return "It works."


@app.get("/pay")
def pay():
    try:
        return requests.get("https://api.payments.invalid/", timeout=5).text
    except requests.ConnectionError as error:
        app.logger.warning("No rates today: %s", error)
        return "No rates today."
