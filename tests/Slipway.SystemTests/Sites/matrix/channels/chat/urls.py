import time

from django.http import HttpResponse
from django.urls import path


def slow(request):
    time.sleep(2)
    return HttpResponse("done")


urlpatterns = [
    path("", lambda request: HttpResponse("channels")),
    path("who", lambda request: HttpResponse("%s %s %s" % (request.META["REMOTE_ADDR"], request.scheme, request.get_host()))),
    path("slow", slow),
    path("count", lambda request: HttpResponse(len(request.body))),
]
