from django.shortcuts import render


def room(request, name):
    return render(request, "rooms/room.html", {"name": name})
