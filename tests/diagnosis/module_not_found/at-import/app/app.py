import yaml

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


names = yaml.safe_load("[]")
