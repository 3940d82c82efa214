import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aegis.settings")
os.environ["AEGIS_WEB"] = "true"  # before the settings are read: requests get the web's login, never the owner's
application = get_wsgi_application()
