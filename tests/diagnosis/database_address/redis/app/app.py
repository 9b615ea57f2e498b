import redis

from flask import Flask

app = Flask(__name__)
cache = redis.Redis(host="localhost", port=6379)
cache.ping()


@app.get("/")
def home():
    return "It works."
