import time

from bottle import Bottle, request

app = Bottle()


@app.get("/")
def home():
    return "bottle"


@app.get("/who")
def who():
    return "%s %s %s" % (request.remote_addr, request.urlparts.scheme, request.urlparts.netloc)


@app.get("/slow")
def slow():
    time.sleep(2)
    return "done"


@app.post("/count")
def count():
    return str(len(request.body.read()))
