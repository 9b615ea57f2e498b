import os

import psycopg2
from django.http import HttpResponse
from django.urls import path

KEPT = []


def report(request):
    for _ in range(100):
        connection = psycopg2.connect(os.environ["DATABASE_URL"])
        connection.close()
    return HttpResponse("Reported.")


urlpatterns = [path("", lambda request: HttpResponse("It works.")), path("report", report)]
