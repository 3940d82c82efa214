"""The server's settings and who may log in: files of our own, rewritten at each start.

PostgreSQL's ``postgresql.conf``, ``pg_hba.conf`` and ``pg_ident.conf`` include them and belong to the
user: what stands there wins and is never rewritten.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from .account import Account
from .machine import GB, MB, Machine

MAX_CONNECTIONS = 100

USER_FILES = {
    "postgresql.conf": (
        "# AEGIS writes its settings into aegis.conf and rewrites that file at each start of the server.\n"
        "# What stands below comes after it and wins, as do ALTER SYSTEM and postgresql.auto.conf.\n"
        "include_if_exists = 'aegis.conf'\n"
    ),
    "pg_hba.conf": (
        "# AEGIS writes its rules into aegis_hba.conf and rewrites that file at each start of the server.\n"
        "# The first rule that fits a connection decides, so rules of your own go above the next line.\n"
        "include_if_exists aegis_hba.conf\n"
    ),
    "pg_ident.conf": (
        "# AEGIS writes its map into aegis_ident.conf and rewrites that file at each start of the server.\n"
        "# Another OS user who may log in gets a line here, such as:  aegis  alice  aegis_readonly\n"
        "include_if_exists aegis_ident.conf\n"
    ),
}

HBA = (
    "# The operating system says who is at the socket (peer); the map says which roles that user may be.\n"
    "local  all          all  peer  map=aegis\n"
    "# pg_basebackup and pg_receivewal connect as replication clients.\n"
    "local  replication  all  peer  map=aegis\n"
)

Setting = tuple[str, str, str]


def write_configuration(data: Path, account: Account, log_folder: Path, machine: Machine, users: Iterable[str]) -> None:
    """Bring our own files in ``data`` up to date; ``users`` are the OS users who may log in as any role."""
    write_file(data / "aegis.conf", settings_text([*_fixed(log_folder), *sized_settings(machine)]), account)
    write_file(data / "aegis_hba.conf", HBA, account)
    write_file(data / "aegis_ident.conf", ident_text(users), account)


def write_user_files(data: Path, account: Account) -> None:
    """Write the files that are the user's from then on, once, when the cluster is made."""
    for name, text in USER_FILES.items():
        write_file(data / name, text, account)


def settings_text(settings: Iterable[Setting]) -> str:
    header = "# Written by AEGIS at each start. Changes belong into postgresql.conf, which wins.\n"
    return header + "".join(f"{name} = {quoted(value)}  # {reason}\n" for name, value, reason in settings)


def ident_text(users: Iterable[str]) -> str:
    header = "# Written by AEGIS at each start: OS users who may log in as any role.\n"
    return header + "".join(f'aegis  "{user}"  all\n' for user in sorted(set(users)))


def quoted(value: str) -> str:
    """``value`` as PostgreSQL's configuration files quote it; they know backslash escapes too."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def write_file(path: Path, text: str, account: Account) -> None:
    """Put ``text`` into ``path`` wholly or not at all, owned by ``account``; an unchanged file is left alone.

    Created new and renamed: root never writes through a link that the server's user may have left there.
    """
    if path.is_file() and path.read_text("utf-8", errors="replace") == text:
        return
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        account.own(descriptor)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)


def _fixed(log_folder: Path) -> list[Setting]:
    return [
        ("listen_addresses", "", "the Unix socket only"),
        ("max_connections", str(MAX_CONNECTIONS), "web workers, engines, jobs and people on one desk"),
        ("max_locks_per_transaction", "256", "DDL and dumps lock every partition and each of its indexes"),
        ("timezone", "Asia/Seoul", "the desk's clock"),
        ("lc_messages", "C", "log lines that tools and search engines know"),
        ("shared_preload_libraries", "pg_stat_statements", "slow queries are found by it"),
        ("pg_stat_statements.max", "10000", "partitions multiply statements"),
        ("track_io_timing", "on", "tells a slow disk from a slow plan"),
        ("random_page_cost", "1.1", "solid-state disks"),
        ("wal_level", "replica", "base backups and replicas"),
        ("summarize_wal", "on", "incremental backups"),
        (
            "wal_compression",
            "off",
            "pglz takes longer for a page of an index than sorting it; an archive compresses better",
        ),
        ("max_wal_senders", "10", "pg_basebackup and pg_receivewal"),
        ("archive_mode", "on", "changing it takes a restart, changing the command does not"),
        ("archive_command", "true", "archives nothing until a backup sets its own command"),
        ("checkpoint_timeout", "15min", "a load writes fewer full pages; recovery stays short"),
        *_logging(log_folder),
    ]


def _logging(log_folder: Path) -> list[Setting]:
    return [
        ("logging_collector", "on", "a file that outlives the terminal"),
        ("log_directory", str(log_folder), "beside the data, outside of its backups"),
        ("log_filename", "postgresql-%a.log", "one file a weekday, so a week is kept"),
        ("log_rotation_age", "1d", "with the name above: daily"),
        ("log_rotation_size", "0", "a second file on one day would have the same name"),
        ("log_truncate_on_rotation", "on", "last week's file of the same day is replaced"),
        ("log_timezone", "Asia/Seoul", "the desk's clock"),
        ("log_line_prefix", "%m [%p] %q%u@%d %a ", "who and from where"),
        ("log_min_duration_statement", "500ms", "slow for a page"),
        ("log_lock_waits", "on", "who waited for whom longer than deadlock_timeout"),
        ("log_temp_files", "10MB", "work_mem was too small"),
        ("log_autovacuum_min_duration", "1s", "vacuum that costs something"),
    ]


def sized_settings(machine: Machine) -> list[Setting]:
    """The settings that follow the size of the machine."""
    memory, disk = machine.memory, machine.disk
    shared_buffers = _between(128 * MB, memory // 4, 2 * GB) if memory >= 512 * MB else 64 * MB
    slots = _size(_between(512 * MB, disk // 10, 16 * GB))
    # Parallel queries share memory through /dev/shm, which containers keep too small for them.
    dynamic = "posix" if machine.shared_memory >= 256 * MB else "sysv"
    return [
        ("shared_buffers", _size(shared_buffers), "a quarter of the memory, within what a desk's data needs"),
        ("effective_cache_size", _size(_between(128 * MB, memory // 2, memory)), "the system's cache helps"),
        ("work_mem", _size(_between(4 * MB, memory // (4 * MAX_CONNECTIONS), 64 * MB)), "for each sort or hash"),
        ("maintenance_work_mem", _size(_between(32 * MB, memory // 16, 1 * GB)), "index builds and vacuum"),
        ("dynamic_shared_memory_type", dynamic, "by the size of /dev/shm"),
        ("max_wal_size", _size(_between(256 * MB, disk // 20, 4 * GB)), "within a twentieth of the disk"),
        ("min_wal_size", "80MB", "a quiet server gives the disk back"),
        ("max_slot_wal_keep_size", slots, "a forgotten replication slot must not fill the disk"),
    ]


def _between(low: int, wanted: int, high: int) -> int:
    return max(low, min(wanted, high))


def _size(amount: int) -> str:
    return f"{amount // MB}MB"
