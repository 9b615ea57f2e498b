from django.urls import path, re_path

from . import consumers, views

urlpatterns = [
    path("", views.room, {"name": "lobby"}),
    re_path(r"^(?P<name>[a-z]{1,30})/$", views.room),
]

websocket_urlpatterns = [
    re_path(r"^ws/(?P<name>[a-z]{1,30})/$", consumers.Room.as_asgi()),
]
