import os
import time

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


time.sleep(3)
app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
