from django.http import HttpResponse
from django.urls import path


def upload(request):
    return HttpResponse(str(len(request.POST)))


urlpatterns = [path("", lambda request: HttpResponse("It works.")), path("upload", upload)]
