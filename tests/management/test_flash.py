"""Flash keeps what it acknowledged, and says in words what it cannot."""

import os
import stat
from pathlib import Path

from firmware.core.management.events import FlashRead, FlashWritten
from firmware.drivers.flash import FILE_MAX, Flash


def test_what_was_written_is_read_and_is_this_users_alone(tmp_path: Path) -> None:
    flash = Flash(tmp_path / "deep" / "flash")
    assert flash.read("startup-config") == FlashRead("startup-config", None)
    assert flash.write("startup-config", "hostname é\n") == FlashWritten("startup-config")
    assert flash.read("startup-config") == FlashRead("startup-config", "hostname é\n")
    assert flash.write("startup-config", "") == FlashWritten("startup-config")
    assert flash.read("startup-config") == FlashRead("startup-config", "")
    mode = (tmp_path / "deep" / "flash" / "startup-config").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert os.listdir(tmp_path / "deep" / "flash") == ["startup-config"]


def test_erase_leaves_nothing_and_may_find_nothing(tmp_path: Path) -> None:
    flash = Flash(tmp_path)
    flash.write("startup-config", "x\n")
    assert flash.erase("startup-config") == FlashWritten("startup-config")
    assert flash.erase("startup-config") == FlashWritten("startup-config")
    assert flash.read("startup-config").text is None


def test_a_file_gets_another_name_that_none_has(tmp_path: Path) -> None:
    flash = Flash(tmp_path)
    flash.write("one", "1\n")
    flash.write("two", "2\n")
    assert flash.rename("one", "two").error == "a file of the new name is there already"
    assert flash.rename("three", "four").error == "No such file or directory"
    assert flash.rename("one", "three") == FlashWritten("one")
    assert (flash.read("one").text, flash.read("three").text) == (None, "1\n")


def test_a_write_that_a_power_cut_left_half_done_is_not_seen(tmp_path: Path) -> None:
    flash = Flash(tmp_path)
    flash.write("startup-config", "old\n")
    (tmp_path / "startup-config.new").write_text("ha")
    assert flash.read("startup-config").text == "old\n"
    flash.write("startup-config", "new\n")
    assert flash.read("startup-config").text == "new\n"
    assert os.listdir(tmp_path) == ["startup-config"]


def test_what_cannot_be_read_is_said_in_words(tmp_path: Path) -> None:
    flash = Flash(tmp_path)
    (tmp_path / "broken").write_bytes(b"hostname \xff\n")
    assert flash.read("broken") == FlashRead("broken", None, "not UTF-8 at byte 9")
    (tmp_path / "folder").mkdir()
    assert flash.read("folder").error == "Is a directory"
    os.mkfifo(tmp_path / "pipe")
    assert flash.read("pipe").error == "Not a regular file"
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(FILE_MAX + 1)
    assert flash.read("huge").error == f"more than {FILE_MAX} bytes"


def test_what_cannot_be_written_is_said_in_words_and_the_old_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Flash(tmp_path / "file" / "flash").write("a", "x").error == "Not a directory"
    flash = Flash(tmp_path)
    flash.write("a", "old")
    assert flash.write("a", "\ud800").error == "not UTF-8 at character 0"
    assert flash.read("a").text == "old"
