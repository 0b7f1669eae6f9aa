import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

SECRET_KEY_FILE = Path(os.environ.get("DJANGO_SECRET_KEY_FILE", "/run/secrets/django_secret_key"))
SECRET_KEY = SECRET_KEY_FILE.read_text().strip() if SECRET_KEY_FILE.exists() else get_random_secret_key()

DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "mysite.urls"
WSGI_APPLICATION = "mysite.wsgi.application"
INSTALLED_APPS = ["django.contrib.staticfiles"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = Path(__file__).parent.parent / "staticfiles"
