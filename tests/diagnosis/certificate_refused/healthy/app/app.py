import http.server
import ssl
import threading
import urllib.request

from flask import Flask

app = Flask(__name__)

# Stands in for a service of somebody else's, whose certificate no authority signed.
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("service.pem")
service = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
service.socket = context.wrap_socket(service.socket, server_side=True)


@app.get("/")
def index():
    return "It works."


@app.get("/rates")
def rates():
    threading.Thread(target=service.handle_request, daemon=True).start()
    return urllib.request.urlopen("https://localhost:%d/" % service.server_port, context=ssl.create_default_context(cafile="service.pem")).read()[:10]
