"""Charts as numbers: positions, cuts, words that find room."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core import charts
from lms.core.chart_shapes import Frame, apart, percent_of, smooth_path, spaced_labels, text_width, ticks, touch
from lms.core.control_chart import ControlPoint, Names, control_chart

NAMES = Names("Week", "Rate", "mean 84 %", "target 80 %", "lower limit", "upper limit")


def control(values, size=charts.DESK, **more):
    points = [ControlPoint(f"w{i}", v, 0.6, 1.0, v < 0.6, ("Week", "why")) for i, v in enumerate(values)]
    return control_chart(points, centre=0.84, names=NAMES, title="t", description="d", size=size, **more)


def mood(size=charts.HALF, note=None):
    yours = charts.Series("your call", [20, 34, 52, 38, 70, 84])
    best = charts.Series("best route", [20, 40, 60, 74, 88, 96], tone="teal", dashed=True)
    levels = [(20, "upset"), (58, "worried"), (96, "calm")]
    places = ["start", "1", "2", "3", "4", "5"]
    return charts.line_chart(
        [yours, best], places=places, levels=levels, title="t", description="d", note=note, size=size
    )


def test_a_whisker_lies_where_its_scale_says():
    whisker = charts.dot_and_whisker(
        0.7, (0.55, 0.85), target=0.8, verdict="not-proven", description="70 %", scale=(0.4, 1.0)
    )
    assert (whisker.dot, whisker.low, whisker.high) == pytest.approx((50.0, 25.0, 75.0))
    assert whisker.target == pytest.approx(100 * 0.4 / 0.6)
    assert (whisker.shape, whisker.tone) == ("ring", "wait")


def test_a_whisker_is_cut_at_the_edge_of_its_scale():
    whisker = charts.dot_and_whisker(0.3, (0.1, 0.5), target=0.2, verdict="not_met", description="", scale=(0.4, 1.0))
    assert (whisker.dot, whisker.low, whisker.target) == (0.0, 0.0, 0.0)
    assert whisker.shape == "diamond"


def test_no_data_draws_no_dot():
    whisker = charts.dot_and_whisker(None, None, target=0.8, verdict="no-data", description="no attempts")
    assert whisker.dot is whisker.low is whisker.high is None
    assert whisker.shape == "none"


def test_every_verdict_has_a_shape_of_its_own():
    shapes = [shape for shape, _ in charts.VERDICTS.values()]
    assert len(set(shapes)) == len(shapes) == 3


def test_progress_marks_the_pass_line_in_percent():
    bar = charts.progress("Score", 41, 50, line=37)
    assert (bar.width, bar.line) == (82.0, 74.0)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_a_share_stays_between_nothing_and_everything(value, whole):
    assert 0 <= percent_of(value, whole) <= 100


def test_a_low_bar_asks_for_attention():
    rows = charts.bars([("order", 8, "8 / 10"), ("taboo", 6, "6 / 10")], maximum=10, alarm_below=7)
    assert [row.tone for row in rows] == ["teal", "alarm"]


def test_the_line_chart_rings_the_noted_place_only():
    chart = mood(note=(3, "“File a ticket”"))
    assert [dot.shape for dot in chart.dots] == ["disc", "disc", "disc", "ring", "disc", "disc"]
    assert any(label.text == "“File a ticket”" for label in chart.labels)


@pytest.mark.parametrize("values", [[60, 55, 20], [60, 22, 20], [90, 60, 40], [20, 20, 24], [50, 30, 28]])
@pytest.mark.parametrize("place", [1, 2])
def test_a_note_does_not_lie_on_the_name_of_a_line(values, place):
    lines = [charts.Series("your talk", values), charts.Series("best route", [60, 75, 96], tone="teal", dashed=True)]
    chart = charts.line_chart(
        lines, places=["0", "1", "2"], levels=[(0, "upset"), (100, "calm")], title="t", description="d",
        note=(place, "“It is not our fault…”"),
    )  # fmt: skip
    note = next(label for label in chart.labels if label.text.startswith("“"))
    names = [label for label in chart.labels if label.text in ("your talk", "best route")]
    assert len(names) == 2 and not [name.text for name in names if touch(name, note)]
    assert left_edge(note) >= 0 and left_edge(note) + text_width(note.text) <= charts.HALF.width


def test_better_is_drawn_higher():
    chart = mood()
    assert chart.dots[5].y < chart.dots[4].y < chart.dots[3].y


def test_the_line_charts_table_holds_every_series():
    table = mood().table
    assert table.heads == ("", "your call", "best route")
    assert table.rows[3] == ("3", "38", "74")


def test_a_gap_in_a_series_is_a_dash_in_the_table_and_no_dot():
    series = [charts.Series("a", [1, None, 3])]
    chart = charts.line_chart(series, places=["1", "2", "3"], levels=[], title="t", description="d")
    assert len(chart.dots) == 2
    assert chart.table.rows[1] == ("2", "–")


@pytest.mark.parametrize("size", [charts.HALF, charts.PHONE])
def test_words_stay_inside_a_line_chart(size):
    chart = mood(size, note=(5, "The last word was too long"))
    for label in chart.labels:
        assert left_edge(label) >= -1
        assert left_edge(label) + text_width(label.text) <= size.width + 8
        assert 0 < label.y <= size.height


@pytest.mark.parametrize("size", [charts.DESK, charts.MIDDLE, charts.PHONE])
def test_words_stay_inside_a_control_chart(size):
    chart = control([0.9, 0.5, 0.85, 0.8, 0.55], size, target=0.8, written=charts.whole_percent)
    for label in chart.labels:
        assert left_edge(label) >= -1
        assert left_edge(label) + text_width(label.text) <= size.width + 1
        assert 0 < label.y <= size.height


def test_only_a_signal_is_a_diamond_and_called_out():
    chart = control([0.9, 0.5, 0.85])
    assert [dot.shape for dot in chart.dots] == ["disc", "diamond", "disc"]
    assert [label.text for label in chart.labels].count("why") == 1


def test_a_small_control_chart_explains_its_lines_in_a_key():
    assert [words for _, words in control([0.9], charts.PHONE, target=0.8).key] == [
        "mean 84 %",
        "target 80 %",
        "lower limit – upper limit",
    ]
    assert control([0.9], charts.DESK).key == ()


def test_the_target_is_a_dashed_rule_and_absent_without_one():
    assert sum(rule.dashed for rule in control([0.9], target=0.8).rules) == 1
    assert not any(rule.dashed for rule in control([0.9]).rules)


def test_a_control_chart_without_points_is_refused():
    with pytest.raises(ValueError, match="at least one point"):
        control([])


def test_the_control_charts_table_holds_value_and_limits():
    assert control([0.9], written=charts.whole_percent).table.rows == (("w0", "90\u202f%", "60\u202f%", "100\u202f%"),)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_ticks_span_the_values_in_few_round_steps(values):
    found = ticks(values, 0.0, 1.0)
    assert 2 <= len(found) <= 7
    assert found[0] <= min(values) + 1e-6
    assert found[-1] >= max(values) - 1e-6
    assert found == sorted(found)


@given(st.lists(st.floats(30, 250), min_size=1, max_size=5))
def test_names_in_a_margin_never_touch(heights):
    placed = sorted(apart(heights, 18, 0, 280))
    assert all(b - a >= 18 - 1e-9 for a, b in pairwise(placed))


def test_chinese_words_are_reckoned_wider():
    assert text_width("控制限") == 3 * text_width("控")
    assert text_width("控") > text_width("a")


def test_crowded_axis_words_are_thinned_evenly():
    labels = spaced_labels([(i * 20.0, f"week {i}") for i in range(12)], 100)
    steps = {round(b.x - a.x) for a, b in pairwise(labels)}
    assert len(labels) < 12
    assert len(steps) == 1


def test_a_flat_series_lies_in_the_middle():
    frame = Frame(charts.HALF, 10, 10, 5, 5)
    assert frame.y(5) == (frame.top + frame.bottom) / 2


def test_a_single_point_makes_a_path():
    assert smooth_path([(1, 2)]) == "M1.0 2.0"


def left_edge(label):
    return label.x - text_width(label.text) * {"start": 0, "middle": 0.5, "end": 1}[label.anchor]
