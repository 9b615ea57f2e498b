from django.core.management.base import BaseCommand

from mill.models import Cleaning, Tick


class Command(BaseCommand):
    help = "Removes all but the newest hundred ticks."

    def handle(self, **options):
        newest = Tick.objects.order_by("-pk").values_list("pk", flat=True)[:100]
        removed, _ = Tick.objects.exclude(pk__in=list(newest)).delete()
        Cleaning.objects.create(removed=removed)
        self.stdout.write("%d ticks removed" % removed)
