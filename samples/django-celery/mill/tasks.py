import time

from celery import shared_task
from django.utils import timezone

from .models import Order, Tick


@shared_task
def take_apart(order_id, seconds=0):
    """The prime factors of an order's number; with `seconds`, after as long a rest."""
    order = Order.objects.get(pk=order_id)
    time.sleep(seconds)
    order.factors = " ".join(map(str, factors(order.number)))
    order.done_at = timezone.now()
    order.save()
    return order.factors


@shared_task
def tick():
    Tick.objects.create()


def factors(number):
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            yield divisor
            number //= divisor
        divisor += 1
    if number > 1:
        yield number
