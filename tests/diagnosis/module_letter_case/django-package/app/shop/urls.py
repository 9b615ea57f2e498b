from django.urls import path

from shop.Views import home

urlpatterns = [path("", home)]
