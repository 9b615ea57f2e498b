import http.server
import os


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"It works.")


http.server.HTTPServer(("0.0.0.0", int(os.environ["PORT"])), Page).serve_forever()
