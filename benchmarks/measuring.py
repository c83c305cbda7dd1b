"""The measurement: request by request, first the product, then the bare view with the same SQL."""

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask

from benchmarks.bare import Bare
from benchmarks.house import House
from benchmarks.learner_requests import Kind, Sent
from benchmarks.recording import Recorder, Step, TemplateClock

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Answered:
    """What an application answered, and what it cost in seconds of wall clock and of CPU."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One kind of request: milliseconds (wall: medians, CPU: means) of both sides, and statements per request.

    ``throughput`` is the product's share of the bare view's, from the medians. The bare view's body is ready-made;
    ``page_throughput`` adds to it the milliseconds Jinja took for this very page, which any view would need.
    """

    name: str
    title: str
    rounds: int
    product_ms: float
    product_cpu_ms: float
    bare_ms: float
    bare_cpu_ms: float
    template_ms: float
    statements: int

    @property
    def throughput(self) -> float:
        return self.bare_ms / self.product_ms

    @property
    def page_throughput(self) -> float:
        return (self.bare_ms + self.template_ms) / self.product_ms


def call(application: Application, sent: Sent) -> Answered:
    """Let an application answer one request."""
    environ, told = sent.fresh(), list[Any]()

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[[bytes], None]:
        told[:] = [status, headers]
        return lambda _data: None

    wall, cpu = time.perf_counter(), time.process_time()
    parts = application(environ, start_response)
    body = b"".join(parts)
    if close := getattr(parts, "close", None):
        close()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Answered(int(told[0].split()[0]), told[1], body, wall, cpu)


def measure(
    kind: Kind, house: House, product: Flask, recorder: Recorder, bare: Bare, rounds: int, warm_up: int
) -> Figures:
    """Ask ``warm_up + rounds`` requests of this kind, each of the product and then of the bare application."""
    sent = [kind.make(house, number) for number in range(warm_up + rounds)]
    ours, theirs, counts, rendering = list[Answered](), list[Answered](), list[int](), list[float]()
    templates = TemplateClock(product)
    gc.collect()
    for number, request in enumerate(sent):
        recorder.take()
        answer, template = call(product.wsgi_app, request), templates.take()
        _must_be(kind, answer, kind.status)
        script = recorder.take()
        password_hash = house.learners[0].password_hash if kind.checks_password else None
        bare.expect(script, answer.status, answer.headers, len(answer.body), password_hash)
        plain = call(bare.app, request)
        _must_be(kind, plain, kind.status)
        if number >= warm_up:
            ours.append(answer)
            theirs.append(plain)
            counts.append(_statements(script))
            rendering.append(template)
    return Figures(
        kind.name,
        kind.title,
        rounds,
        _median_ms(ours),
        _mean_cpu_ms(ours),
        _median_ms(theirs),
        _mean_cpu_ms(theirs),
        statistics.median(rendering) * 1000,
        round(statistics.median(counts)),
    )


def _must_be(kind: Kind, answer: Answered, status: int) -> None:
    if answer.status != status:
        said = answer.body[:2000].decode(errors="replace")
        raise RuntimeError(f"{kind.title}: expected {status}, got {answer.status}: {said}")


def _statements(script: Sequence[Step]) -> int:
    return sum(not step.is_frame for step in script)


def _median_ms(answers: Sequence[Answered]) -> float:
    return statistics.median(answer.wall for answer in answers) * 1000


def _mean_cpu_ms(answers: Sequence[Answered]) -> float:
    return statistics.fmean(answer.cpu for answer in answers) * 1000
