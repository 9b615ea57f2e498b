from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("", lambda request: HttpResponse(f"{Group.objects.count()} groups."))]
