from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from aegis.admin import own_password
from system.back_office.changes import changes_page

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/changes/", admin.site.admin_view(changes_page), name="changes"),
    path("admin/password_change/", admin.site.admin_view(own_password, cacheable=True), name="own_password"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler403 = "aegis.forbidden.permission_denied"
