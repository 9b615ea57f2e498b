import time

from pyramid.config import Configurator
from pyramid.response import Response


def home(request):
    return Response("pyramid")


def who(request):
    return Response("%s %s %s" % (request.remote_addr, request.scheme, request.host))


def slow(request):
    time.sleep(2)
    return Response("done")


def count(request):
    return Response(str(len(request.body)))


with Configurator() as config:
    for name, view, path in (("home", home, "/"), ("who", who, "/who"), ("slow", slow, "/slow"), ("count", count, "/count")):
        config.add_route(name, path)
        config.add_view(view, route_name=name)
    app = config.make_wsgi_app()
