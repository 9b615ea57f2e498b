import bottle

app = bottle.default_app()


@app.get("/")
def home():
    return "It works."
