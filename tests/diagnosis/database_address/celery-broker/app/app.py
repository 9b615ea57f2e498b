from celery import Celery
from flask import Flask

app = Flask(__name__)
queue = Celery("app", broker="amqp://guest@localhost//")


@queue.task
def count():
    return 1


@app.get("/")
def index():
    return "It works."


@app.get("/count")
def start():
    count.apply_async(retry=False)
    return "Started."
