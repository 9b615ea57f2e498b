from flask import Flask

try:
    import yaml
except ModuleNotFoundError:
    yaml = None

app = Flask(__name__)


@app.get("/")
def home():
    return "It works without." if yaml is None else "It works."
