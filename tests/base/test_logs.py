from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from helpers.sites import wait_until
from waypost.base.faults import FaultKind, Faults
from waypost.base.logs import (
    FIELDS,
    PATIENCE,
    WAITING,
    BackgroundHandler,
    FileDestination,
    JsonFormatter,
    StreamDestination,
    TextFormatter,
)
from waypost.base.service_log import LogOptions, ServiceLog

log = logging.getLogger("waypost")


@pytest.fixture(autouse=True)
def _everything() -> Iterator[None]:
    level, handlers = log.level, log.handlers
    log.setLevel(logging.DEBUG)
    yield
    log.setLevel(level)
    log.handlers = handlers


@contextmanager
def service_log(folder: Path, options: LogOptions) -> Iterator[ServiceLog]:
    with ServiceLog(options, FileDestination(folder / "kept.log"), None, None) as service:
        yield service


def record(message: str, level: int = logging.INFO, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("waypost", level, "", 0, message, (), None)
    setattr(made, FIELDS, fields)
    return made


def failing_record() -> logging.LogRecord:
    made = record("It went wrong.", logging.ERROR)
    try:
        raise ValueError("of the inside")
    except ValueError as error:
        made.exc_info = (ValueError, error, error.__traceback__)
    return made


def test_a_line_of_text_has_its_date_its_zone_and_its_level() -> None:
    line = TextFormatter(shows_tracebacks=False).format(record("web is major_outage", logging.WARNING))
    time, level, message = line.split(" ", 2)
    moment = datetime.fromisoformat(time)
    assert moment.utcoffset() is not None
    assert (level, message) == ("WARNING", "web is major_outage")


def test_what_a_server_sent_cannot_steer_a_terminal_or_forge_a_line() -> None:
    text = "answered \x1b[2J\x07\n2026-11-20T10:00:00+00:00 ERROR all is lost"
    first, second = TextFormatter(shows_tracebacks=False).format(record(text)).split("\n")
    assert first.endswith(" INFO answered \ufffd[2J\ufffd")
    assert second.startswith("    2026")


def test_a_line_of_json_is_one_object_with_what_is_known() -> None:
    made = record("Grüße\nin two lines", component="web")
    line = JsonFormatter().format(made)
    document = json.loads(line)
    assert "\n" not in line
    assert (document["level"], document["message"], document["component"]) == (
        "info",
        "Grüße\nin two lines",
        "web",
    )
    assert datetime.fromisoformat(document["time"]).utcoffset() is not None


def test_tracebacks_are_shown_where_they_are_wanted() -> None:
    failed = failing_record()
    assert "Traceback" not in TextFormatter(shows_tracebacks=False).format(failed)
    assert "\n    ValueError: of the inside" in TextFormatter(shows_tracebacks=True).format(failed)
    assert "ValueError: of the inside" in json.loads(JsonFormatter().format(failed))["traceback"]


def test_a_file_that_was_moved_away_or_deleted_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "waypost.log"
    with closing(FileDestination(path)) as file:
        file.write(b"one\n")
        path.rename(tmp_path / "old.log")
        file.write(b"two\n")
        assert (path.read_bytes(), (tmp_path / "old.log").read_bytes()) == (b"two\n", b"one\n")
        path.unlink()
        file.write(b"three\n")
        assert path.read_bytes() == b"three\n"


def test_a_log_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with closing(FileDestination(tmp_path / "waypost.log")) as file:
            file.write(b"one\n")
    finally:
        os.umask(before)
    assert (tmp_path / "waypost.log").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_is_a_fault_as_long_as_it_lasts_and_the_gap_is_told(tmp_path: Path) -> None:
    path, faults = tmp_path / "waypost.log", Faults()
    path.symlink_to("/dev/full")
    with service_log(tmp_path, LogOptions(file=path)) as service:
        log.info("lost")
        log.info("lost too")
        wait_until(lambda: service.lost == 2, "both could not be written")
        service.report(faults)
        [fault] = faults.present()
        assert (fault.kind, fault.subject) == (FaultKind.LOG, str(path))
        assert (
            fault.message
            == f"The log cannot be written to {path}: No space left on device. All else goes on."
        )
        path.unlink()
        # The fault is logged as well, into the same full disk or into the new file.
        wait_until(lambda: service.report(faults) or not faults.present(), "it can be written again")
        log.info("kept")
    text = path.read_text(encoding="utf-8")
    assert " of this log could not be written." in text
    assert text.endswith(" INFO kept\n")
    assert "lost too" not in text
    assert "INFO lost too\n" in (tmp_path / "kept.log").read_text(encoding="utf-8"), "the other file has all"


def test_a_reader_that_went_away_is_a_fault_and_nothing_is_raised(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    faults = Faults()
    with (
        os.fdopen(writer, "w") as stream,
        ServiceLog(LogOptions(), FileDestination(tmp_path / "kept.log"), stream, None) as service,
    ):
        log.info("to nobody")
        wait_until(lambda: service.lost == 1, "it could not be written")
        service.report(faults)
        assert [fault.subject for fault in faults.present()] == ["standard output"]
        assert "Broken pipe" in faults.present()[0].message


def test_a_reader_that_stopped_blocks_nothing(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    faults = Faults()
    with (
        os.fdopen(reader, "rb") as source,
        os.fdopen(writer, "w") as stream,
        ServiceLog(LogOptions(), FileDestination(tmp_path / "kept.log"), stream, None) as service,
    ):
        # More than the pipe and the queue hold together; every call returns.
        for number in range(WAITING + 3000):
            log.info("line %d %s", number, "x" * 100)
        assert service.lost > 0
        service.report(faults)
        assert "standard output" in [fault.subject for fault in faults.present()]
        read = threading.Thread(target=lambda: list(iter(source.readline, b"")), daemon=True)
        read.start()
        wait_until(lambda: service.report(faults) or not faults.present(), "it is read again")


def test_a_stream_that_was_closed_before_the_start_is_left_out(tmp_path: Path) -> None:
    faults = Faults()
    with service_log(tmp_path, LogOptions()) as service:
        log.error("to the file alone")
        service.report(faults)
    assert faults.present() == ()
    assert "to the file alone" in (tmp_path / "kept.log").read_text(encoding="utf-8")


def test_news_go_to_standard_output_and_trouble_to_standard_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with open(1, "w", closefd=False) as out, open(2, "w", closefd=False) as err:  # by their number
        kept = FileDestination(tmp_path / "kept.log")
        with ServiceLog(LogOptions(level=logging.INFO), kept, out, err):
            log.debug("a detail")
            log.info("news")
            log.warning("trouble")
    found = capfd.readouterr()
    assert (found.out.endswith("INFO news\n"), found.out.count("\n")) == (True, 1)
    assert (found.err.endswith("WARNING trouble\n"), found.err.count("\n")) == (True, 1)
    assert "DEBUG a detail" in (tmp_path / "kept.log").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_opened_at_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        ServiceLog(LogOptions(file=tmp_path), FileDestination(tmp_path / "kept.log"), None, None)


def test_a_thread_that_ends_by_a_fault_leaves_its_traceback(tmp_path: Path) -> None:
    def fail() -> None:
        raise KeyError("of a thread")

    before = threading.excepthook
    with service_log(tmp_path, LogOptions()):
        thread = threading.Thread(target=fail, name="some work")
        thread.start()
        thread.join()
    assert threading.excepthook is before
    text = (tmp_path / "kept.log").read_text(encoding="utf-8")
    assert "ERROR A thread ended by a fault: some work." in text
    assert "KeyError: 'of a thread'" in text


def test_what_a_stream_cannot_encode_is_written_in_escapes(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with path.open("w", encoding="ascii") as stream:
        handler = BackgroundHandler(
            StreamDestination("out", stream), TextFormatter(shows_tracebacks=False), logging.DEBUG
        )
        handler.emit(record("Grüße"))
        handler.close()
    assert path.read_bytes().endswith(b" INFO Gr\\xfc\\xdfe\n")


def test_the_end_of_a_process_waits_only_a_moment_for_a_reader() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb"), os.fdopen(writer, "w") as stream:
        formatter = TextFormatter(shows_tracebacks=False)
        handler = BackgroundHandler(StreamDestination("out", stream), formatter, logging.DEBUG)
        for _ in range(WAITING + 1000):
            handler.emit(record("x" * 200))
        # It returns, though what waits is never read.
        handler.close()
        assert handler.lost > 0


def test_json_stays_json_where_a_stream_lacks_characters(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with path.open("w", encoding="ascii") as stream:
        options = LogOptions(is_json=True)
        with ServiceLog(options, FileDestination(tmp_path / "kept.log"), stream, None):
            log.info("Grüße ☀")
    assert json.loads(path.read_text(encoding="utf-8"))["message"] == "Grüße ☀"


def test_all_that_hangs_together_is_waited_for_once(tmp_path: Path) -> None:
    waits: list[float] = []
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb"), os.fdopen(writer, "w") as stream:
        service = ServiceLog(LogOptions(), FileDestination(tmp_path / "kept.log"), stream, stream)
        for handler in service._handlers:
            join = handler._thread.join
            handler._thread.join = lambda timeout, join=join: (waits.append(timeout), join(timeout))  # type: ignore[method-assign,misc,assignment]
        with service:
            for _ in range(WAITING + 1000):
                log.warning("x" * 200)
                log.info("x" * 200)
    assert len(waits) == 3
    assert sorted(waits)[0] < PATIENCE / 2, "what the first took is not given to the next again"
