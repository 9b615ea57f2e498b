from django.http import HttpResponse
from django.urls import path
from stock.models import Item

urlpatterns = [path("", lambda request: HttpResponse(f"{Item.objects.count()} items."))]
