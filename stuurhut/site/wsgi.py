"""The door through which the web server comes in."""

import multiprocessing
import os

from django.core.wsgi import get_wsgi_application

from stuurhut.site.commands.children import leave_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stuurhut.site.settings")
application = get_wsgi_application()
if multiprocessing.parent_process():  # a process of granian, which would hold on to the port when that is killed
    leave_with_parent()
