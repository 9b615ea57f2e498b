#!/bin/sh
python manage.py load_stock
exec gunicorn shop.wsgi --bind 0.0.0.0:$PORT
