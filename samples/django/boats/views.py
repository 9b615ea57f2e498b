from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render

from .forms import BoatForm, LogEntryForm
from .models import Boat


def boat_list(request):
    boats = Boat.objects.annotate(entries=Count('log'))
    return render(request, 'boats/list.html', {'boats': boats})


def boat_detail(request, pk):
    boat = get_object_or_404(Boat, pk=pk)
    form = LogEntryForm(request.POST or None)
    if request.method == 'POST' and form.is_valid():
        form.instance.boat = boat
        form.save()
        return redirect(boat.get_absolute_url() + '#log')
    return render(request, 'boats/detail.html', {'boat': boat, 'form': form})


def boat_new(request):
    form = BoatForm(request.POST or None, request.FILES or None)
    if request.method == 'POST' and form.is_valid():
        return redirect(form.save())
    return render(request, 'boats/new.html', {'form': form})
