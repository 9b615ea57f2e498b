import time

from flask import Flask, request


def create_app():
    app = Flask(__name__)

    @app.get("/")
    def home():
        return "flask"

    @app.get("/who")
    def who():
        return "%s %s %s" % (request.remote_addr, request.scheme, request.host)

    @app.get("/slow")
    def slow():
        time.sleep(2)
        return "done"

    @app.post("/count")
    def count():
        return str(len(request.get_data()))

    return app
