import os
import time

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


until = time.monotonic() + 90
while time.monotonic() < until:
    sum(range(10000))
app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
