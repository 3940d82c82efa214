from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from aegis.logins.own_second_factor import second_factor_page
from aegis.logins.views import OwnPasswordPage, PasswordPage, code_page
from system.back_office.changes import changes_page

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/changes/", admin.site.admin_view(changes_page), name="changes"),
    # In the place of admin:login.
    path("admin/login/", PasswordPage.as_view(), name="password"),
    path("admin/login/code/", code_page, name="second_factor_code"),
    path("admin/second-factor/", admin.site.admin_view(second_factor_page), name="second_factor"),
    # In the place of admin:password_change.
    path("admin/password_change/", admin.site.admin_view(OwnPasswordPage.as_view()), name="own_password"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler403 = "aegis.forbidden.permission_denied"
