from django.urls import path

from . import views

urlpatterns = [
    path('', views.boat_list, name='boats'),
    path('boats/new/', views.boat_new, name='new'),
    path('boats/<int:pk>/', views.boat_detail, name='boat'),
]
