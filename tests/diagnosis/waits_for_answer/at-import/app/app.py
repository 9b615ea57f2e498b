import socket

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


# An address that nobody has: documentation's own.
database = socket.create_connection(("192.0.2.10", 5432))
