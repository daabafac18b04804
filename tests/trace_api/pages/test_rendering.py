"""What pages do to values: escape them, and write times as people in China read them."""

from datetime import UTC, date, datetime

from trace_api.pages.rendering import day, deadline, iso, minute, render_text, stamp, static_url
from trace_api.pages.shortening import cut, cut_middle, width


def test_everything_is_escaped() -> None:
    page = render_text("public/home.html", "zh", {"switch_url": '"><script>', "q": "<b>&'\""})
    assert "<script>" not in page
    assert "<b>&" not in page
    assert "&lt;b&gt;&amp;" in page


def test_times_are_chinas() -> None:
    at = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert [day(at), minute(at), iso(at)] == ["2027-01-01", "2027-01-01 00:30", "2026-12-31T16:30:00Z"]
    assert [day(None), minute(None), iso(None), stamp(None)] == ["—", "—", "", "—"]
    assert [day(date(2026, 1, 2)), iso(date(2026, 1, 2)), stamp("2026-01-01T00:00:00Z")] == [
        "2026-01-02", "2026-01-02", "2026-01-01 08:00",
    ]  # fmt: skip


def test_the_ends_of_the_calendar_are_written_too() -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert [day(last), minute(last), day(datetime(1, 1, 1, tzinfo=UTC))] == [
        "9999-12-31",
        "9999-12-31 23:59",
        "1-01-01",
    ]


def test_the_end_of_a_day_is_written_as_in_law() -> None:
    assert deadline(datetime(2026, 12, 7, 16, 0, tzinfo=UTC)) == "2026-12-07 24:00"
    assert deadline(datetime(2026, 12, 7, 15, 59, tzinfo=UTC)) == "2026-12-07 23:59"


def test_a_files_address_changes_with_its_content() -> None:
    assert static_url("suyuan.css").startswith("/static/suyuan.css?v=")


def test_texts_are_cut_to_the_room_there_is() -> None:
    assert width("ab中") == 4
    assert cut("沁源巴氏杀菌酸牛奶", 11) == "沁源巴氏杀…"
    assert cut("short", 11) == "short"
    assert cut_middle("0123456789ABCDEF", 8) == "012…CDEF"
