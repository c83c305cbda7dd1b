"""Drawing papers: what is asked for, nothing twice, the unseen first, the same again from the seed."""

from collections import Counter
from itertools import combinations
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessment.balancing import Worth, expected_percent, expected_share
from lms.assessment.content import Section, covers, fits
from lms.assessment.papers import Avoid, Drawn, Shortage, Supply, draw, paper, supply
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
        st.builds(lambda t, n: section(topic=t, draw=n + 1, cover={"c/l/one": n}), st.sampled_from("ab"), st.integers(1, 3)),
        st.builds(
            lambda t, n: section(topic=t, difficulty={"easy": 2, "hard": n}, cover={"c/l/one": 1, "c/l/two": n}),
            st.sampled_from("ab"),
            st.integers(1, 2),
        ),
    ),
    min_size=1,
    max_size=3,
)


@settings(deadline=None)
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
        for step, count in (asked.cover or {}).items():
            assert sum(covers(item.sop, step) for item in chosen) >= count


@settings(deadline=None)
@given(POOLS, SECTIONS, st.integers(0, 2**62), st.sets(st.integers(1, 24)))
def test_the_same_seed_draws_the_same_paper(pool: Any, sections: Any, seed: int, seen: set[int]) -> None:
    assert draw(sections, pool, seed=seed, seen=seen) == draw(sections, pool, seed=seed, seen=seen)


@settings(deadline=None)
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


# ---- wished steps ------------------------------------------------------------------


def test_a_wished_step_is_asked_as_often_as_wished_at_least() -> None:
    pool = [pool_item(number, sop=("c/l/rare",) if number <= 3 else ()) for number in range(1, 31)]
    wished = [section(topic="t", draw=8, cover={"c/l/rare": 2})]
    for seed in range(60):
        drawn = draw(wished, pool, seed=seed)
        assert isinstance(drawn, list) and len(drawn) == 8
        assert sum("c/l/rare" in place.item.sop for place in drawn) >= 2


def test_a_seen_item_comes_back_when_only_it_covers_the_wished_step() -> None:
    pool = [pool_item(number, sop=("c/l/rare",) if number == 1 else ()) for number in range(1, 11)]
    drawn = draw([section(topic="t", draw=3, cover={"c/l/rare": 1})], pool, seed=1, seen={1})
    assert isinstance(drawn, list) and 1 in {place.item.item_id for place in drawn}


def test_one_item_does_not_stand_for_two_wished_steps() -> None:
    both = ("c/l/one", "c/l/two")
    wished = [section(topic="t", draw=2, cover={"c/l/one": 1, "c/l/two": 1})]
    alone = [pool_item(1, sop=both), pool_item(2), pool_item(3)]
    assert draw(wished, alone, seed=1) == Shortage(0, 2, 1)
    drawn = draw(wished, [*alone, pool_item(4, sop=("c/l/two",))], seed=1)
    assert isinstance(drawn, list) and {place.item.item_id for place in drawn} == {1, 4}


def test_wished_steps_spread_over_the_difficulties_as_the_bank_allows() -> None:
    pool = [pool_item(n, difficulty="easy") for n in range(1, 6)]
    pool += [pool_item(n, difficulty="hard", sop=("c/l/one",)) for n in range(6, 9)]
    wished = [section(topic="t", difficulty={"easy": 2, "hard": 2}, cover={"c/l/one": 2})]
    drawn = draw(wished, pool, seed=3)
    assert isinstance(drawn, list)
    assert Counter(place.item.difficulty for place in drawn) == {"easy": 2, "hard": 2}
    tight = [section(topic="t", difficulty={"easy": 2, "hard": 1}, cover={"c/l/one": 2})]
    assert isinstance(draw(tight, pool, seed=3), Shortage)


# ---- worn items ------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(1, 20), st.integers(0, 2**62), st.sets(st.integers(1, 20)), st.sets(st.integers(1, 20)))
def test_worn_items_give_way_but_not_to_seen_ones(asked: int, seed: int, seen: set[int], worn: set[int]) -> None:
    found = supply([section(topic="t", draw=asked)], [pool_item(number) for number in range(1, 21)])
    assert isinstance(found, Supply)
    ids = {place.item.item_id for place in paper(found, seed=seed, avoid=Avoid(seen, worn))}
    unseen = set(range(1, 21)) - seen
    assert len(ids & unseen) == min(asked, len(unseen))
    fresh = unseen - worn
    assert len(ids & fresh) == min(asked, len(fresh))


# ---- balance -----------------------------------------------------------------------------


def test_what_is_expected_of_an_item_moves_from_the_guess_to_what_was_measured() -> None:
    assert [expected_share(level, 0, 0) for level in LEVELS] == [0.85, 0.65, 0.45]
    assert expected_share("hard", 5, 0.95) == 0.7
    assert expected_share("easy", 10, 0.3) == expected_share("hard", 400, 0.3) == 0.3


def bank_rows(chance: int, count: int) -> list[Any]:
    """An ordinary bank: items of all difficulties and of one or two points, answered as people answer."""
    rng = Random(chance)
    return [(rng.choice(LEVELS), rng.choice([1.0, 1.0, 2.0]), rng.uniform(0.3, 0.98)) for _ in range(count)]


BANKS = st.builds(bank_rows, st.integers(0, 10_000), st.integers(60, 120))


def bank_of(rows: Any) -> tuple[list[PoolItem], dict[int, Worth]]:
    pool = [pool_item(n, difficulty=level, sop=(f"c/l/{n % 4}",)) for n, (level, _, _) in enumerate(rows, 1)]
    return pool, {n: Worth(points, round(share, 3)) for n, (_, points, share) in enumerate(rows, 1)}


def percent_of(drawn: list[Drawn], worth: dict[int, Worth]) -> float:
    return expected_percent([place.item for place in drawn], worth)


@settings(deadline=None)
@given(BANKS, st.integers(0, 2**62), st.sets(st.integers(1, 20)))
def test_papers_of_a_plan_are_equally_hard_and_keep_to_it(rows: Any, seed: int, seen: set[int]) -> None:
    pool, worth = bank_of(rows)
    sections = [section(topic="t", draw=10, cover={"c/l/1": 3}), section(topic="t", draw=5)]
    found = supply(sections, pool, worth=worth)
    assert isinstance(found, Supply) and found.target is not None
    drawn = paper(found, seed=seed, avoid=Avoid(seen), balance=3)
    assert abs(percent_of(drawn, worth) - found.target) <= 1.5
    ids = [place.item.item_id for place in drawn]
    assert len(set(ids)) == 15 and not seen & set(ids)
    assert sum("c/l/1" in place.item.sop for place in drawn if place.section == 0) >= 3
    assert paper(found, seed=seed, avoid=Avoid(seen), balance=3) == drawn


@settings(deadline=None)
@given(st.lists(st.floats(0.1, 1), min_size=4, max_size=9), st.integers(2, 4), st.integers(0, 2**62))
def test_a_small_bank_that_can_be_balanced_is(shares: list[float], asked: int, seed: int) -> None:
    pool, worth = bank_of([("easy", 1.0, share) for share in shares])
    found = supply([section(topic="t", draw=min(asked, len(pool)))], pool, worth=worth)
    assert isinstance(found, Supply) and found.target is not None
    gaps = [abs(expected_percent(some, worth) - found.target) for some in combinations(pool, min(asked, len(pool)))]
    gap = abs(percent_of(paper(found, seed=seed, balance=3), worth) - found.target)
    assert gap <= 1.5 or min(gaps) > 1.5


def test_without_balance_papers_lie_far_apart() -> None:
    pool, worth = bank_of([("easy", 1.0, 0.2 if n % 2 else 0.9) for n in range(60)])
    found = supply([section(topic="t", draw=10)], pool, worth=worth)
    assert isinstance(found, Supply)
    loose = [percent_of(paper(found, seed=seed), worth) for seed in range(100)]
    held = [percent_of(paper(found, seed=seed, balance=3), worth) for seed in range(100)]
    assert max(loose) - min(loose) > 20 and max(held) - min(held) <= 3


def test_balancing_brings_back_no_seen_item() -> None:
    pool, worth = bank_of([("easy", 1.0, 0.9 if n <= 20 else 0.3) for n in range(1, 41)])
    found = supply([section(topic="t", draw=10)], pool, worth=worth)
    assert isinstance(found, Supply)
    drawn = paper(found, seed=1, avoid=Avoid(seen=set(range(1, 21))), balance=3)
    assert all(place.item.item_id > 20 for place in drawn)


def test_every_item_gets_its_turn_in_balanced_papers() -> None:
    pool, worth = bank_of([("easy", 1.0, 0.4 + n / 100) for n in range(40)])
    found = supply([section(topic="t", draw=10)], pool, worth=worth)
    assert isinstance(found, Supply)
    counts = Counter(place.item.item_id for seed in range(400) for place in paper(found, seed=seed, balance=3))
    assert min(counts.values()) > 60 and max(counts.values()) < 160  # 100 expected of each
