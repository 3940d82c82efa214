from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from aegis.logins.own_second_factor import second_factor_page
from aegis.logins.views import PasswordPage, code_page
from system.back_office.changes import changes_page

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/changes/", admin.site.admin_view(changes_page), name="changes"),
    path("admin/login/", PasswordPage.as_view(), name="password"),  # in the place of admin:login
    path("admin/login/code/", code_page, name="second_factor_code"),
    path("admin/second-factor/", admin.site.admin_view(second_factor_page), name="second_factor"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]
