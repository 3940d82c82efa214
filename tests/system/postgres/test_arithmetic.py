"""Where a cluster is and what it is set to, worked out without a server."""

from pathlib import Path

import pytest

from system.postgres import Cluster
from system.postgres.configuration import ident_text, quoted, settings_text, sized_settings
from system.postgres.machine import GB, MB, Machine, memory_limit
from system.postgres.place import SOCKET_PATH_LIMIT


def sizes(memory: int, disk: int = 1000 * GB, shared_memory: int = GB) -> dict[str, str]:
    return {name: value for name, value, _ in sized_settings(Machine(memory, disk, shared_memory))}


def test_a_cluster_object_touches_nothing(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "var" / "postgres")

    assert cluster.socket_folder == tmp_path / "var" / "postgres" / "socket"
    assert cluster.is_running is False
    assert cluster.stop() is False
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("depth", [10, 60, 70, 71, 72, 73, 74, 75, 80, 90, 200])
def test_a_socket_s_path_always_fits(depth: int) -> None:
    socket = Cluster(Path("/") / ("d" * depth) / "postgres").socket_folder / ".s.PGSQL.5432"

    assert len(str(socket)) <= SOCKET_PATH_LIMIT


def test_the_socket_folder_counts_bytes_and_not_letters() -> None:
    assert Cluster(Path("/") / ("한" * 30) / "postgres").socket_folder.parent == Path("/tmp")


def test_a_folder_has_one_socket_folder_by_whatever_path_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)

    assert Cluster(tmp_path / "link" / "x").socket_folder == Cluster(tmp_path / "x").socket_folder


def test_memory_settings_follow_the_machine() -> None:
    assert sizes(4 * GB)["shared_buffers"] == "1024MB"
    assert sizes(64 * GB)["shared_buffers"] == "2048MB"
    assert sizes(256 * MB)["shared_buffers"] == "64MB"
    assert sizes(4 * GB)["work_mem"] == "10MB"
    assert sizes(64 * GB)["maintenance_work_mem"] == "1024MB"


def test_a_small_disk_gets_little_wal() -> None:
    assert sizes(GB, disk=10 * GB)["max_wal_size"] == "512MB"
    assert sizes(GB, disk=10 * GB)["max_slot_wal_keep_size"] == "1024MB"


def test_a_container_s_small_dev_shm_is_not_used_by_parallel_queries() -> None:
    assert sizes(GB, shared_memory=64 * MB)["dynamic_shared_memory_type"] == "sysv"


@pytest.mark.parametrize(
    ("cgroups", "file"),
    [
        ("0::/desk/aegis", "desk/memory.max"),
        ("0::/seen/from/outside", "memory.max"),
        ("7:cpu:/x\n4:memory:/desk\n0::/", "memory/desk/memory.limit_in_bytes"),
    ],
)
def test_a_control_group_s_limit_counts(tmp_path: Path, cgroups: str, file: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("536870912\n")

    assert memory_limit(cgroups, tmp_path) == 512 * MB


def test_a_control_group_without_a_limit_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")

    assert memory_limit("0::/", tmp_path) is None


def test_a_setting_is_quoted_as_postgresql_reads_it() -> None:
    assert quoted(r"it's a \ path") == r"'it''s a \\ path'"
    assert settings_text([("log_directory", "/a'b", "why")]).endswith("log_directory = '/a''b'  # why\n")


def test_the_map_names_each_os_user_once() -> None:
    assert ident_text(["root", "desk", "root"]).splitlines()[1:] == ['aegis  "desk"  all', 'aegis  "root"  all']
