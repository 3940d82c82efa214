from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RadioFilter
from unfold.decorators import action
from unfold.utils import parse_date_str

from system.alerts import acknowledge
from system.back_office import BackOffice, LargeTable, ReadOnly
from system.back_office.columns import count, label
from system.back_office.filters import DayRangeFilter, YesNoFilter
from system.back_office.forms import BackOfficeForm
from system.back_office.history import history_page
from system.models import Alert, AlertType, JobRun, JobState, LoadReject, Log, LoginPolicy, LogLevel, Severity

SEVERITY = {Severity.CRITICAL: "danger", Severity.HIGH: "warning", Severity.MEDIUM: "info"}
ALERT_TYPE = {AlertType.ERROR: "danger", AlertType.WARNING: "warning", AlertType.TRADE_SIGNAL: "primary"}
LEVEL = {LogLevel.FATAL: "danger", LogLevel.ERROR: "danger", LogLevel.WARN: "warning", LogLevel.INFO: "info"}
STATE = {JobState.RUNNING: "info", JobState.SUCCEEDED: "success", JobState.FAILED: "danger"}
# How far back a search in the logs' text looks, unless the date filter says otherwise: no index serves it.
SEARCHED = timedelta(days=7)


@admin.register(Alert)
class AlertAdmin(BackOffice):
    list_display = [
        "created_at",
        label(Alert, "severity", SEVERITY),
        label(Alert, "alert_type", ALERT_TYPE),
        "module",
        "short_message",
        "is_acknowledged",
        "acknowledged_by",
    ]
    list_filter = [
        ("is_acknowledged", YesNoFilter),
        ("severity", ChoicesDropdownFilter),
        ("alert_type", ChoicesDropdownFilter),
        ("module", FieldTextFilter),
        ("created_at", DayRangeFilter),
    ]
    search_fields = ["message", "module"]
    ordering = ["is_acknowledged", "-created_at"]
    readonly_fields = ["is_acknowledged", "acknowledged_by", "acknowledged_at", "created_at"]
    fieldsets = [
        (None, {"fields": [("alert_type", "severity"), "module", "message", "data"]}),
        (_("Acknowledgement"), {"fields": ["is_acknowledged", "acknowledged_by", "acknowledged_at"]}),
        (_("Record"), {"fields": ["created_at"]}),
    ]
    actions = ["acknowledge_selected"]
    actions_detail = ["acknowledge_this"]

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> Any:
        offered = super().get_actions_detail(request, object_id)
        alert = self.get_object(request, object_id) if offered else None
        return offered if alert and not alert.is_acknowledged else []

    @admin.display(description=_("message"), ordering="message")
    def short_message(self, alert: Alert) -> str:
        return str(alert)

    @admin.action(description=_("Acknowledge selected alerts"), permissions=["change"])
    def acknowledge_selected(self, request: HttpRequest, alerts: Any) -> None:
        self._acknowledge(request, alerts)

    @action(  # type: ignore[untyped-decorator]
        description=_("Acknowledge"),
        permissions=["change"],
        url_path="acknowledge",
        icon="done_all",
        dialog={"title": _("Acknowledge this alert?"), "form_submit_text": _("Acknowledge")},
    )
    def acknowledge_this(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        alert = self.get_object(request, object_id)
        self._acknowledge(request, self.get_queryset(request).filter(pk=alert.pk if alert else None))
        page = reverse(f"{self.admin_site.name}:system_alert_change", args=[object_id])
        return HttpResponse(headers={"HX-Redirect": page})

    def _acknowledge(self, request: HttpRequest, alerts: Any) -> None:
        done = acknowledge(alerts, by=request.user.get_username())
        words = ngettext("%(count)s alert acknowledged.", "%(count)s alerts acknowledged.", done)
        self.message_user(request, words % {"count": done}, messages.SUCCESS if done else messages.INFO)


@admin.register(Log)
class LogAdmin(LargeTable):
    list_display = ["written_at", label(Log, "log_level", LEVEL), "logger", "short_message", "request_id", "user_id"]
    list_filter = [("log_level", ChoicesDropdownFilter), ("logger", FieldTextFilter), ("created_at", DayRangeFilter)]
    search_fields = ["message", "request_id", "user_id"]
    search_help_text = _("Text, request or user; the last 7 days unless a date is set")
    ordering = ["-created_at"]
    sortable_by = ("written_at",)
    fieldsets = [
        (None, {"fields": [("log_level", "logger"), "message", "stack_trace"]}),
        (_("Origin"), {"fields": [("request_id", "user_id"), "created_at"]}),
    ]

    @admin.display(description=_("created at"), ordering="created_at")
    def written_at(self, line: Log) -> str:
        return timezone.localtime(line.created_at).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]

    @admin.display(description=_("message"))
    def short_message(self, line: Log) -> str:
        return line.message[:120]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        days = (parse_date_str(request.GET.get(f"created_at_{end}", "")) for end in ("from", "to"))
        if search_term and not any(days):
            queryset = queryset.filter(created_at__gte=timezone.now() - SEARCHED)
        return super().get_search_results(request, queryset, search_term)


@admin.register(JobRun)
class JobRunAdmin(ReadOnly):
    list_display = ["started_at", "job", label(JobRun, "state", STATE), "duration", "short_error"]
    list_filter = [("state", ChoicesDropdownFilter), ("job", FieldTextFilter), ("started_at", DayRangeFilter)]
    search_fields = ["job", "error"]
    fieldsets = [
        (None, {"fields": ["job", "state", "started_at", "finished_at", "duration"]}),
        (_("Outcome"), {"fields": ["arguments", "result", "error"]}),
    ]
    readonly_fields = ["duration"]

    @admin.display(description=_("duration"))
    def duration(self, run: JobRun) -> str | None:
        took = run.finished_at - run.started_at if run.finished_at else None
        return None if took is None else str(timedelta(seconds=round(took.total_seconds())))

    @admin.display(description=_("error"))
    def short_error(self, run: JobRun) -> str | None:
        return run.error.partition("\n")[0][:120] if run.error else None


class WaitingFilter(RadioFilter):  # type: ignore[misc]
    """Rejected rows that wait for somebody, or those that are done with."""

    title = _("state")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", _("Waiting")), ("no", _("Resolved"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(resolved_at__isnull=self.value() == "yes") if self.value() else queryset


class LoadRejectForm(BackOfficeForm):
    """A rejected row, of which the row itself may be repaired."""

    def clean_raw(self) -> Any:
        raw = self.cleaned_data["raw"]
        if not isinstance(raw, dict) or not raw:
            raise ValidationError(_("A row has a value for each column, as {“column”: “value”}."))
        return raw


@admin.register(LoadReject)
class LoadRejectAdmin(BackOffice):
    form = LoadRejectForm
    list_display = [
        "created_at",
        "loader",
        "file_name",
        count(LoadReject, "line"),
        "reason",
        "detail",
        "repaired_at",
        "resolved_at",
    ]
    list_filter = [
        WaitingFilter,
        ("loader", FieldTextFilter),
        ("file_name", FieldTextFilter),
        ("reason", FieldTextFilter),
        ("created_at", DayRangeFilter),
    ]
    search_fields = ["file_name", "reason", "detail"]
    readonly_fields = [
        "loader",
        "file_name",
        count(LoadReject, "line"),
        "reason",
        "detail",
        "context",
        "file_digest",
        "created_at",
        "repaired_at",
        "retried_at",
        "resolved_at",
    ]
    fieldsets = [
        (None, {"fields": ["loader", ("file_name", count(LoadReject, "line")), ("reason", "detail")]}),
        (
            _("raw row"),
            {
                "fields": ["raw", "context"],
                "description": _(
                    "Repair the row here, or mend what it lacks (a stock, a session override). Then the command of the "
                    "loader with --retry-rejects loads it."
                ),
            },
        ),
        (_("Record"), {"fields": ["file_digest", "created_at", ("repaired_at", "retried_at", "resolved_at")]}),
    ]
    actions = ["set_aside_selected"]
    actions_detail = ["set_aside_this"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> Any:
        offered = super().get_actions_detail(request, object_id)
        reject = self.get_object(request, object_id) if offered else None
        return offered if reject and reject.resolved_at is None else []

    @admin.action(description=_("Set selected rows aside"), permissions=["change"])
    def set_aside_selected(self, request: HttpRequest, rejects: Any) -> None:
        self._set_aside(request, rejects)

    @action(  # type: ignore[untyped-decorator]
        description=_("Set aside"),
        permissions=["change"],
        url_path="set-aside",
        icon="inventory_2",
        dialog={
            "title": _("Set this row aside?"),
            "description": _("It is not tried again, unless somebody repairs it."),
            "form_submit_text": _("Set aside"),
        },
    )
    def set_aside_this(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        self._set_aside(request, self.get_queryset(request).filter(pk=object_id))
        page = reverse(f"{self.admin_site.name}:system_loadreject_change", args=[object_id])
        return HttpResponse(headers={"HX-Redirect": page})

    def _set_aside(self, request: HttpRequest, rejects: Any) -> None:
        done = rejects.order_by().filter(resolved_at=None).update(resolved_at=Now())
        words = ngettext("%(count)s row set aside.", "%(count)s rows set aside.", done)
        self.message_user(request, words % {"count": done}, messages.SUCCESS if done else messages.INFO)


@admin.register(LoginPolicy)
class LoginPolicyAdmin(ModelAdmin):  # type: ignore[misc]
    """The one row, without a list before it."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = LoginPolicy.objects.values_list("pk", flat=True).first()
        page = "system_loginpolicy_add" if row is None else "system_loginpolicy_change"
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:{page}", args=[] if row is None else [row]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not LoginPolicy.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return history_page(self, request, object_id)
