"""The small disk of the fault suite: nothing fits while it is full, and afterwards it works as before."""

import errno

import pytest

from faults.disk import SmallDisk

pytestmark = pytest.mark.services

SIZE = 1 << 20  # bytes


def test_a_full_disk_accepts_nothing_and_later_as_much_as_before(tmp_path):
    with SmallDisk(tmp_path / "disk", SIZE) as disk:
        if not disk.mounted:
            pytest.skip("we may mount nothing here")
        kept = disk.path / "kept"
        kept.write_text("said")
        with disk.full([]), pytest.raises(OSError, match="No space") as failure:
            (disk.path / "more").write_bytes(b"x" * 10_000)
        assert failure.value.errno == errno.ENOSPC
        (disk.path / "more").write_bytes(b"x" * (SIZE // 2))
        assert kept.read_text() == "said"
    assert list(disk.path.iterdir()) == []
