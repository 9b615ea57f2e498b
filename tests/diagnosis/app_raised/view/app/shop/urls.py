from django.conf import settings
from django.http import HttpResponse
from django.urls import path


def home(request):
    return HttpResponse(settings.STORES["main"])


urlpatterns = [path("", home)]
