from django.http import HttpResponse, JsonResponse
from django.urls import path

urlpatterns = [
    path("", lambda request: JsonResponse({"app": "python-django"})),
    path("healthz", lambda request: HttpResponse("ok", content_type="text/plain")),
]
