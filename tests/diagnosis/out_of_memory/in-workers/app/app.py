from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return f"It works with {len(weights)}."


weights = b"x" * (330 << 20)
