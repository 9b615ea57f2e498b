import logging

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


logging.basicConfig(filename="/var/log/shop.log")
