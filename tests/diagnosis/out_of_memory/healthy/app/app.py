from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


# Large, and it fits.
weights = bytearray(40 << 20)
for at in range(0, len(weights), 4096):
    weights[at] = 1
