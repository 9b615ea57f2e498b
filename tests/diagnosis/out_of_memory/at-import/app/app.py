import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


# A model that is a little too large.
weights = bytearray(600 << 20)
for at in range(0, len(weights), 4096):
    weights[at] = 1

if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
