"""Runs of operations commands, each a row of `system.job_runs` from its start to its end.

    with job("load_prices", {"files": files}, module="market") as run:
        run.result = …

Call it outside of a transaction, on a connection of its own session (not through a pooler in transaction mode): the
row has to outlive the rollback of the work. A run holds an advisory lock while it lives, so that the next run of the
same job can tell one that was killed from one that still works.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from system.models import Alert, AlertType, JobRun, JobState, Severity

KILLED = "The process ended without reporting: it was killed, or lost its database."


@contextmanager
def job(name: str, arguments: Any = None, *, module: str) -> Iterator[JobRun]:
    """Keep a row of this run; what is put in its `result` is stored, and an error is stored, alerted and raised on.

    `module` is the part of AEGIS that an alert names.
    """
    _settle_killed(name, module)
    run = _begin(name, arguments)
    try:
        yield run
    except BaseException as error:
        # The failure of the bookkeeping must not hide the failure of the work.
        with suppress(DatabaseError):
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            _fail(run, str(error) or type(error).__name__, module)
        raise
    finally:
        with suppress(DatabaseError):
            _lock("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", run.pk)
    _end(run, JobState.SUCCEEDED, result=run.result)


def _begin(name: str, arguments: Any) -> JobRun:
    with transaction.atomic():
        run = JobRun.objects.create(job=name, arguments=arguments)
        # Before the row is seen by anyone: a running row without its lock is a killed run.
        _lock("SELECT pg_advisory_lock(hashtextextended(%s, 0))", run.pk)
    return run


def _settle_killed(name: str, module: str) -> None:
    for run in JobRun.objects.filter(job=name, state=JobState.RUNNING):
        with transaction.atomic():
            if _lock("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", run.pk):
                _fail(run, KILLED, module)


def _fail(run: JobRun, error: str, module: str) -> None:
    with transaction.atomic():
        if _end(run, JobState.FAILED, result=run.result, error=error):
            Alert.objects.create(
                alert_type=AlertType.ERROR,
                severity=Severity.HIGH,
                module=module,
                message=f"{run.job} failed: {error}",
                data={"job_run_id": run.pk, "arguments": run.arguments},
            )


def _end(run: JobRun, state: JobState, **facts: Any) -> int:
    """Close the run where it still runs; return 0 where somebody else has closed it."""
    return JobRun.objects.filter(pk=run.pk, state=JobState.RUNNING).update(state=state, finished_at=Now(), **facts)


def _lock(statement: str, job_run_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [f"system.job_runs {job_run_id}"])
        return bool(cursor.fetchone()[0])
