from django.db import models


class Order(models.Model):
    """A number to be taken apart, and what came of it."""

    number = models.PositiveBigIntegerField()
    factors = models.CharField(max_length=200, blank=True)
    ordered_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)


class Tick(models.Model):
    """What beat sent; the newest are kept."""

    at = models.DateTimeField(auto_now_add=True)


class Cleaning(models.Model):
    """What cron did."""

    at = models.DateTimeField(auto_now_add=True)
    removed = models.PositiveIntegerField()
