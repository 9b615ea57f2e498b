import time

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


time.sleep(3)
print("Perhaps out of memory? No: only slow.", flush=True)
