from django.contrib import admin

from .models import Boat, LogEntry


class LogEntryInline(admin.TabularInline):
    model = LogEntry
    extra = 0


@admin.register(Boat)
class BoatAdmin(admin.ModelAdmin):
    list_display = ['name', 'kind', 'built', 'length', 'arrived']
    list_filter = ['kind']
    search_fields = ['name', 'story']
    inlines = [LogEntryInline]
