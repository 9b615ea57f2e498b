from django.http import HttpResponse
from django.urls import path


def login(request):
    return HttpResponse("Welcome.")


urlpatterns = [path("", lambda request: HttpResponse("It works.")), path("login", login)]
