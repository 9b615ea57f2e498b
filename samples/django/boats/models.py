from django.db import models
from django.urls import reverse


class Boat(models.Model):
    class Kind(models.TextChoices):
        SLOOP = 'sloop', 'Sloop'
        TUG = 'tug', 'Tug'
        ROWING = 'rowing', 'Rowing boat'
        FERRY = 'ferry', 'Ferry'

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SLOOP)
    built = models.PositiveSmallIntegerField('year built')
    length = models.DecimalField('length in metres', max_digits=4, decimal_places=1)
    story = models.TextField(help_text='Where she was, and what she came in for.')
    photo = models.FileField(upload_to='boats/', blank=True)
    arrived = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ['-arrived', '-pk']

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse('boat', args=[self.pk])

    @property
    def drawing(self):
        """Path among the static files of a drawing, for boats without a photo."""
        return f'drawings/{self.kind}.svg'


class LogEntry(models.Model):
    boat = models.ForeignKey(Boat, on_delete=models.CASCADE, related_name='log')
    author = models.CharField('your name', max_length=40)
    text = models.TextField('entry', max_length=1000)
    written = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ['-written', '-pk']
        verbose_name_plural = 'log entries'

    def __str__(self):
        return f'{self.author} on {self.boat}'
