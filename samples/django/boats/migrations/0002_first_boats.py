from django.db import migrations

BOATS = [
    ('Annika', 'rowing', 1987, '4.2', 'Clinker built, larch on oak. In for two new planks and a winter under cover.'),
    ('Grete Marie', 'tug', 1954, '18.5', 'Pulled grain barges for forty years. Her engine outlived three owners; her funnel needs paint.'),
    ('Petrel', 'sloop', 1972, '9.6', 'Back from the Faroes with a tired rudder and a crew that wants to leave again by May.'),
    ('Nordlys', 'ferry', 1963, '26.0', 'Twelve cars, eighty people, one slow crossing. Up for her fifth survey.'),
]


def add(apps, schema_editor):
    Boat = apps.get_model('boats', 'Boat')
    LogEntry = apps.get_model('boats', 'LogEntry')
    for name, kind, built, length, story in BOATS:
        Boat.objects.create(name=name, kind=kind, built=built, length=length, story=story)
    LogEntry.objects.create(boat=Boat.objects.get(name='Petrel'), author='Harbour office',
                            text='Hauled out on the evening tide. Keel bolts look better than the log book.')


class Migration(migrations.Migration):
    dependencies = [('boats', '0001_initial')]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
