from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from system.jobs import KILLED, job
from system.models import Alert, JobRun, JobState


@pytest.mark.django_db
def test_a_run_is_on_record_while_it_works_and_after() -> None:
    with job("sweep", {"rooms": 3}, module="house") as run:
        assert JobRun.objects.get().state == JobState.RUNNING
        run.result = {"swept": 3}

    run = JobRun.objects.get()
    assert (run.job, run.arguments, run.state, run.result) == ("sweep", {"rooms": 3}, JobState.SUCCEEDED, {"swept": 3})
    assert run.finished_at >= run.started_at


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_on_record_alerted_and_raised_though_its_work_was_rolled_back() -> None:
    with pytest.raises(ZeroDivisionError), job("sweep", module="house") as run, transaction.atomic():
        run.result = {"swept": 1}
        Alert.objects.create(alert_type="INFO", severity="LOW", message="work")
        1 / 0  # noqa: B018

    run = JobRun.objects.get()
    assert (run.state, run.error, run.result) == (JobState.FAILED, "division by zero", {"swept": 1})
    alert = Alert.objects.get()
    assert (alert.alert_type, alert.severity, alert.module) == ("ERROR", "HIGH", "house")
    assert alert.message == "sweep failed: division by zero"
    assert alert.data["job_run_id"] == run.pk


@pytest.mark.django_db(transaction=True)
def test_an_interruption_is_a_failure() -> None:
    with pytest.raises(KeyboardInterrupt), job("sweep", module="house"):
        raise KeyboardInterrupt

    assert JobRun.objects.get().error == "KeyboardInterrupt"


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_does_not_hide_the_error_and_the_failure_is_still_on_record() -> None:
    with pytest.raises(ZeroDivisionError), job("sweep", module="house"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            _end_session(cursor.fetchone()[0])
        1 / 0  # noqa: B018

    assert JobRun.objects.get().state == JobState.FAILED


@pytest.mark.django_db(transaction=True)
def test_the_next_run_settles_one_that_was_killed() -> None:
    killed = JobRun.objects.create(job="sweep")
    other = JobRun.objects.create(job="dust")

    with job("sweep", module="house"):
        pass

    killed.refresh_from_db()
    other.refresh_from_db()
    assert (killed.state, killed.error) == (JobState.FAILED, KILLED)
    assert other.state == JobState.RUNNING
    assert Alert.objects.get().data["job_run_id"] == killed.pk


@pytest.mark.django_db(transaction=True)
def test_a_run_that_still_works_is_left_alone_by_the_next() -> None:
    def meanwhile() -> None:
        with job("sweep", module="house"):
            pass

    with job("sweep", module="house") as run:
        _in_another_session(meanwhile)
        assert JobRun.objects.get(pk=run.pk).state == JobState.RUNNING

    assert set(JobRun.objects.values_list("state", flat=True)) == {JobState.SUCCEEDED}


def _in_another_session(work) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(run).result(timeout=30)


def _end_session(pid: int) -> None:
    def end() -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET SESSION AUTHORIZATION")  # to whom the test's own session belongs
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    _in_another_session(end)
