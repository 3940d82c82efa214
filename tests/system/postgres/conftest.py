"""Servers of the tests' own, in folders of their own, and nothing left of them anywhere."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from system.postgres import Cluster
from system.postgres.shared import SHARED, digest

NewCluster = Callable[[Path], Cluster]

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root's server has a user of its own")


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user reaches, unlike pytest's own; ask for it before ``new_cluster``."""
    folder = Path(tempfile.mkdtemp(prefix="aegis-test-", dir="/srv"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def new_cluster() -> Iterator[NewCluster]:
    """Make clusters that are stopped and removed after the test."""
    made: list[Cluster] = []

    def new(folder: Path) -> Cluster:
        made.append(Cluster(folder))
        return made[-1]

    yield new
    for cluster in made:
        remove(cluster)


@pytest.fixture
def cluster(new_cluster: NewCluster, tmp_path: Path) -> Cluster:
    """A cluster that is not made yet."""
    return new_cluster(tmp_path / "postgres")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One cluster for all tests of a module that leave its folder in order; making one takes most of a second."""
    cluster = Cluster(tmp_path_factory.mktemp("shared") / "postgres")
    try:
        cluster.start(fsync="off")
        yield cluster
    finally:
        remove(cluster)


@pytest.fixture
def running(shared: Cluster) -> Cluster:
    """The module's cluster, running whatever the test before did."""
    shared.start(fsync="off")
    return shared


@pytest.fixture
def stopped(shared: Cluster) -> Cluster:
    """The module's cluster, not running whatever the test before did."""
    shared.stop()
    return shared


def remove(cluster: Cluster) -> None:
    """Stop ``cluster`` and delete it, with what root's servers keep outside of the tests' folder."""
    home = cluster.folder.resolve()
    if cluster.is_running:
        cluster.stop("immediate")
    for path in (home, cluster.socket_folder, *SHARED.glob(f"{digest(cluster.folder)}*")):
        shutil.rmtree(path, ignore_errors=True)
