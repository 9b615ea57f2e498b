import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "It works."


if __name__ == "__main__":
    # Beside it, something that is for itself alone.
    import socket
    inside = socket.create_server(("127.0.0.1", 9999))
    app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
