import time


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/who":
        text = "%s %s %s" % (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"], environ["HTTP_HOST"])
    elif path == "/slow":
        time.sleep(2)
        text = "done"
    elif path == "/count":
        text = str(len(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
    else:
        text = "bare"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text.encode()]
