from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("state.json", views.as_json),
]
