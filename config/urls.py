"""Every address of Linli: the API, the pages, and what machines ask."""

from django.urls import URLPattern, URLResolver, path

from api.main import api
from api.observability import healthz, metrics, readyz
from api.problems import problem_list, problem_page
from console.urls import urlpatterns as pages

handler400 = "console.refusals.unreadable"
handler404 = "console.refusals.not_found"
handler500 = "console.refusals.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("problems", problem_list),
    path("problems/<slug:code>", problem_page),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    *pages,
]
