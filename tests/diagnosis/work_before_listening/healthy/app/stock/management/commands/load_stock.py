import time

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def handle(self, **options):
        self.stdout.write("Loading 40,000 rows")
        time.sleep(1)
