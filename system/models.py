import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from system.audit import audited
from system.constraints import NOW, implies, not_negative, one_of, sensible_times
from system.partitions import Daily
from system.triggers import Trigger


class AlertType(models.TextChoices):
    ERROR = "ERROR", _("Error")
    WARNING = "WARNING", _("Warning")
    INFO = "INFO", _("Information")
    TRADE_SIGNAL = "TRADE_SIGNAL", _("Trade signal")


class Severity(models.TextChoices):
    CRITICAL = "CRITICAL", _("Critical")
    HIGH = "HIGH", _("High")
    MEDIUM = "MEDIUM", _("Medium")
    LOW = "LOW", _("Low")


class Alert(models.Model):
    """Something an operator should look at, until acknowledged."""

    alert_id = models.BigAutoField(_("number"), primary_key=True)
    alert_type = models.CharField(_("type"), max_length=30, choices=AlertType)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity)
    module = models.CharField(
        _("module"), max_length=50, null=True, blank=True, db_comment="The part of AEGIS that raised it, e.g. trade"
    )
    message = models.TextField(_("message"))
    data = models.JSONField(_("data"), null=True, blank=True, db_comment="Facts behind the message, for programs")
    is_acknowledged = models.BooleanField(_("acknowledged"), db_default=False)
    acknowledged_by = models.CharField(_("acknowledged by"), max_length=150, null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=NOW, editable=False)

    class Meta:
        db_table = "alerts"
        db_table_comment = "What an operator should look at, until acknowledged"
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-created_at"]
        constraints = [
            one_of("alert_type", AlertType, "chk_alerts_type"),
            one_of("severity", Severity, "chk_alerts_severity"),
            models.CheckConstraint(
                condition=implies(Q(acknowledged_at__isnull=False), Q(is_acknowledged=True)),
                name="chk_alerts_acknowledged",
                violation_error_message=_("An alert with a time of acknowledgement is acknowledged."),
            ),
            models.CheckConstraint(
                condition=sensible_times("created_at", "acknowledged_at"),
                name="chk_alerts_times",
                violation_error_message=_("Dates are from 1800 to 2199, times from 1970 to 2199."),
            ),
        ]
        indexes = [
            # The dashboard: what still waits for an operator, newest first.
            models.Index(fields=["created_at"], name="idx_alerts_waiting", condition=Q(is_acknowledged=False)),
        ]

    def __str__(self) -> str:
        return self.message[:80]


class LogLevel(models.TextChoices):
    DEBUG = "DEBUG", _("Debug")
    INFO = "INFO", _("Information")
    WARN = "WARN", _("Warning")
    ERROR = "ERROR", _("Error")
    FATAL = "FATAL", _("Fatal")


class Log(models.Model):
    """One line of a program's log. Cut by day of Seoul: a day is dropped, never deleted row by row."""

    partitioning = Daily(column="created_at", ahead=31)

    log_id = models.BigAutoField(_("number"), primary_key=True)
    log_level = models.CharField(_("level"), max_length=10, choices=LogLevel)
    logger = models.CharField(_("logger"), max_length=100, null=True, blank=True)
    message = models.TextField(_("message"))
    stack_trace = models.TextField(_("stack trace"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=50, null=True, blank=True)
    user_id = models.CharField(_("user"), max_length=150, null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=NOW, db_comment="Partition key")

    class Meta:
        db_table = "logs"
        db_table_comment = "Log lines of all programs, one partition for each day of Asia/Seoul"
        verbose_name = _("log line")
        verbose_name_plural = _("logs")
        ordering = ["-created_at"]
        constraints = [one_of("log_level", LogLevel, "chk_logs_level")]
        indexes = [
            # Newest first in the admin, and a time range of one day.
            models.Index(fields=["created_at"], name="idx_logs_time"),
        ]

    def __str__(self) -> str:
        return f"{self.log_level} {self.message[:80]}"


class JobState(models.TextChoices):
    RUNNING = "RUNNING", _("Running")
    SUCCEEDED = "SUCCEEDED", _("Succeeded")
    FAILED = "FAILED", _("Failed")


class JobRun(models.Model):
    """One run of an operations command: what it did, how long it took, how it ended."""

    job_run_id = models.BigAutoField(_("number"), primary_key=True)
    job = models.CharField(_("job"), max_length=50, db_comment="The management command, e.g. load_prices")
    state = models.CharField(_("state"), max_length=10, choices=JobState, db_default=JobState.RUNNING)
    arguments = models.JSONField(_("arguments"), null=True, blank=True)
    result = models.JSONField(_("result"), null=True, blank=True, db_comment="What --json prints")
    error = models.TextField(_("error"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), db_default=NOW)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        db_table = "job_runs"
        db_table_comment = "Runs of operations commands"
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        ordering = ["-started_at"]
        constraints = [
            one_of("state", JobState, "chk_job_runs_state"),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, finished_at__isnull=True)
                | (~Q(state=JobState.RUNNING) & Q(finished_at__isnull=False)),
                name="chk_job_runs_finished",
                violation_error_message=_("A job run has a finishing time if, and only if, it is not running."),
            ),
            models.CheckConstraint(
                condition=sensible_times("started_at", "finished_at"),
                name="chk_job_runs_times",
                violation_error_message=_("Dates are from 1800 to 2199, times from 1970 to 2199."),
            ),
        ]
        indexes = [
            # The newest run of one job.
            models.Index(fields=["job", "-started_at"], name="idx_job_runs_job_time"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.started_at:%Y-%m-%d %H:%M}"


class LoadReject(models.Model):
    """A row of a file that a loader would not take, kept as it was with the reason, until it is repaired and loaded."""

    load_reject_id = models.BigAutoField(_("number"), primary_key=True)
    loader = models.CharField(_("loader"), max_length=50, db_comment="The command, e.g. load_prices")
    file_name = models.CharField(_("file"), max_length=255)
    file_digest = models.CharField(_("file digest"), max_length=64, db_comment="SHA-256 of the file, in hex")
    line = models.BigIntegerField(_("line"), db_comment="1 is the first line of the file, the header")
    reason = models.CharField(_("reason"), max_length=50, db_comment="A short code, e.g. close_not_positive")
    detail = models.TextField(_("detail"))
    raw = models.JSONField(
        _("raw row"), db_comment="The row by column, as the file has it or as an operator repaired it"
    )
    context = models.JSONField(
        _("told with it"),
        null=True,
        blank=True,
        db_comment="What else it takes to read the row: day, ticker, market; the columns, where it does not fit them",
    )
    created_at = models.DateTimeField(_("created at"), db_default=NOW, editable=False)
    repaired_at = models.DateTimeField(
        _("repaired at"), null=True, blank=True, editable=False, db_comment="When raw was changed; kept by trigger"
    )
    retried_at = models.DateTimeField(_("tried again at"), null=True, blank=True, editable=False)
    resolved_at = models.DateTimeField(
        _("resolved at"), null=True, blank=True, db_comment="When the row was loaded after all, or set aside"
    )

    class Meta:
        db_table = "load_rejects"
        db_table_comment = "Rows that loaders refused, kept until they are repaired"
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        ordering = ["-created_at", "line"]
        constraints = [
            models.CheckConstraint(condition=not_negative("line"), name="chk_load_rejects_line"),
            models.CheckConstraint(
                condition=sensible_times("created_at", "repaired_at", "retried_at", "resolved_at"),
                name="chk_load_rejects_times",
                violation_error_message=_("Dates are from 1800 to 2199, times from 1970 to 2199."),
            ),
            # Loading a file again does not pile up the same rejects.
            models.UniqueConstraint(fields=["file_digest", "line", "loader"], name="uniq_load_rejects_row"),
        ]
        indexes = [
            # What is tried again: the rows of one loader that wait, file by file.
            models.Index(
                fields=["loader", "file_digest", "line"],
                name="idx_load_rejects_waiting",
                condition=Q(resolved_at__isnull=True),
            ),
        ]
        triggers = [
            # A repaired row waits again, and may overwrite what is stored: its operator has looked at it.
            Trigger(
                name="note_repair",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("raw"),
                condition=pgtrigger.Q(old__raw__df=pgtrigger.F("new__raw")),
                func="BEGIN\n    NEW.repaired_at := now();\n    NEW.resolved_at := NULL;\n    RETURN NEW;\nEND",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name}:{self.line} {self.reason}"


@audited("login_policy_events")
class LoginPolicy(models.Model):
    """What the desk asks of logins: one row, so that an administrator decides and not a file on a server."""

    policy_id = models.SmallIntegerField(_("number"), primary_key=True, db_default=1, editable=False)
    second_factor_required = models.BooleanField(
        _("two-factor login required for traders and administrators"),
        db_default=False,
        help_text=_("Who has none yet is taken to setting it up, before anything else."),
        db_comment="Whether traders and administrators are let in only with a second factor",
    )

    class Meta:
        db_table = "login_policy"
        db_table_comment = "What is asked of logins: one row"
        verbose_name = _("login policy")
        verbose_name_plural = _("login policy")
        constraints = [models.CheckConstraint(condition=Q(policy_id=1), name="chk_login_policy_one")]

    def __str__(self) -> str:
        return str(_("Login policy"))
