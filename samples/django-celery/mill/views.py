from django.http import JsonResponse
from django.shortcuts import redirect, render

from .models import Cleaning, Order, Tick
from .tasks import take_apart


def home(request):
    if request.method == "POST":
        order = Order.objects.create(number=int(request.POST["number"]))
        take_apart.delay(order.pk, int(request.POST.get("seconds") or 0))
        return redirect("home")
    return render(request, "mill/home.html", {"orders": Order.objects.order_by("-pk")[:20], "state": state()})


def as_json(request):
    orders = Order.objects.order_by("pk").values("number", "factors")
    return JsonResponse({**state(), "orders": {str(o["number"]): o["factors"] for o in orders}})


def state():
    return {"ticks": Tick.objects.count(), "cleanings": Cleaning.objects.count()}
