import os
import threading
import time

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


def refresh():
    """The prices, every few seconds; it gives up at the first that is missing."""
    time.sleep(8)
    try:
        prices = {"ship": 7}
        prices["boat"] += 1
    except KeyError:
        import traceback
        traceback.print_exc()
        os._exit(3)


threading.Thread(target=refresh, daemon=True).start()
