"""Drawing papers: what is asked for, nothing twice, the unseen first, the same again from the seed."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.content import Section, fits
from lms.assessment.papers import Drawn, Shortage, draw
from lms.question_bank.pool import PoolItem

LEVELS = ("easy", "medium", "hard")


def pool_item(number: int, **changes: Any) -> PoolItem:
    values = {"topic": "t", "type": "single", "difficulty": "medium", "sop": (), **changes}
    return PoolItem(number, 1000 + number, f"item-{number}", **values)


def section(**fields: Any) -> Section:
    return Section(**fields)


POOLS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(LEVELS), st.sampled_from([(), ("c/l/one",), ("c/l/two",)])),
    min_size=1,
    max_size=24,
).map(lambda rows: [pool_item(n, topic=t, difficulty=d, sop=s) for n, (t, d, s) in enumerate(rows, 1)])
SECTIONS = st.lists(
    st.one_of(
        st.builds(lambda t, n: section(topic=t, draw=n), st.sampled_from("ab"), st.integers(1, 5)),
        st.builds(lambda n: section(sop="c/l", draw=n), st.integers(1, 3)),
        st.builds(
            lambda t, e, h: section(topic=t, difficulty={"easy": e, "hard": h}),
            st.sampled_from("ab"),
            st.integers(0, 2),
            st.integers(1, 2),
        ),
    ),
    min_size=1,
    max_size=3,
)


@given(POOLS, SECTIONS, st.integers(0, 2**62), st.sets(st.integers(1, 24)), st.booleans())
def test_a_paper_is_what_its_plan_asks_for(pool: Any, sections: Any, seed: int, seen: set[int], shuffle: bool) -> None:
    paper = draw(sections, pool, seed=seed, seen=seen, shuffle=shuffle)
    if isinstance(paper, Shortage):
        assert paper.available < paper.wanted
        return
    assert [place.slot for place in paper] == list(range(1, len(paper) + 1))
    ids = [place.item.item_id for place in paper]
    assert len(ids) == len(set(ids))
    assert [place.section for place in paper] == sorted(place.section for place in paper)
    for index, asked in enumerate(sections):
        chosen = [place.item for place in paper if place.section == index]
        assert len(chosen) == asked.asked
        assert all(fits(asked, item) for item in chosen)
        levels = Counter(item.difficulty for item in chosen)
        assert all(levels[level] == count for level, count in (asked.difficulty or {}).items())


@given(POOLS, SECTIONS, st.integers(0, 2**62), st.sets(st.integers(1, 24)))
def test_the_same_seed_draws_the_same_paper(pool: Any, sections: Any, seed: int, seen: set[int]) -> None:
    assert draw(sections, pool, seed=seed, seen=seen) == draw(sections, pool, seed=seed, seen=seen)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**62), st.sets(st.integers(1, 20)))
def test_seen_items_come_back_only_when_the_unseen_run_out(held: int, asked: int, seed: int, seen: set[int]) -> None:
    pool = [pool_item(number) for number in range(1, held + 1)]
    paper = draw([section(topic="t", draw=asked)], pool, seed=seed, seen=seen)
    if asked > held:
        assert paper == Shortage(0, asked, held)
        return
    assert isinstance(paper, list)
    unseen = held - len(seen & set(range(1, held + 1)))
    assert sum(place.item.item_id not in seen for place in paper) == min(asked, unseen)


def test_a_check_asks_about_its_own_lesson_first_and_fills_up_with_the_topic() -> None:
    own = [pool_item(number, sop=(f"course/lesson/step-{number}",)) for number in range(1, 5)]
    others = [pool_item(number, sop=("course/lesson-two/step",)) for number in range(5, 12)]
    for seed in range(40):
        drawn = draw([section(topic="t", draw=3)], [*others, *own], seed=seed, about="course/lesson")
        again = draw([section(topic="t", draw=3)], [*others, *own], seed=seed, seen={1, 2, 3}, about="course/lesson")
        more = draw([section(topic="t", draw=6)], [*others, *own], seed=seed, seen={5, 6, 7, 8}, about="course/lesson")
        assert isinstance(drawn, list) and isinstance(again, list) and isinstance(more, list)
        assert {place.item.item_id for place in drawn} <= {1, 2, 3, 4}
        assert {place.item.item_id for place in again} <= {1, 2, 3, 4} and 4 in {p.item.item_id for p in again}
        assert {1, 2, 3, 4} < {place.item.item_id for place in more} <= {1, 2, 3, 4, 9, 10, 11}


def test_sections_that_share_items_are_still_all_filled() -> None:
    pool = [pool_item(number) for number in range(1, 5)]
    sections = [section(topic="t", draw=2), section(items=["item-1", "item-2"])]
    for seed in range(50):
        paper = draw(sections, pool, seed=seed)
        assert isinstance(paper, list)
        assert {place.item.key for place in paper if place.section == 1} == {"item-1", "item-2"}


def test_without_shuffling_a_list_keeps_its_order_and_a_topic_that_of_its_file() -> None:
    pool = [pool_item(number) for number in range(1, 7)]
    sections = [section(items=["item-5", "item-2"]), section(topic="t", draw=3)]
    paper = draw(sections, pool, seed=7, shuffle=False)
    assert isinstance(paper, list)
    assert [place.item.key for place in paper[:2]] == ["item-5", "item-2"]
    assert [place.item.item_id for place in paper[2:]] == sorted(place.item.item_id for place in paper[2:])


def test_every_item_gets_its_turn() -> None:
    pool = [pool_item(number) for number in range(1, 6)]
    counts: Counter[int] = Counter()
    for seed in range(400):
        paper = draw([section(topic="t", draw=2)], pool, seed=seed)
        assert isinstance(paper, list)
        counts.update(place.item.item_id for place in paper)
    assert min(counts.values()) > 110 and max(counts.values()) < 210  # 160 expected of each


def test_exams_draw_essays_and_the_checks_of_lessons_do_not() -> None:
    pool = [pool_item(1), pool_item(2, type="essay")]
    assert len(draw([section(topic="t", draw=2)], pool, seed=1)) == 2  # type: ignore[arg-type]
    assert draw([section(topic="t", draw=1)], pool, seed=1, about="course/lesson") == [Drawn(1, 0, pool[0])]
    assert draw([section(topic="t", draw=2)], pool, seed=1, about="course/lesson") == Shortage(0, 2, 1)
