"""Several sessions on one database, for questions that do not wait for each other's answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from queue import LifoQueue
from typing import Self, TypeVar

from perfkit.db.session import Session
from perfkit.errors import PerfkitError
from perfkit.progress import Advance

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Sessions:
    """The ``first`` is the caller's, who closes it. The others are opened like it on entering the ``with`` block, as many as are
    wished for and the server gives, and closed on leaving it. Outside of one there is the first alone."""

    def __init__(self, first: Session, wished: int = 1) -> None:
        """``wished`` counts the first."""
        self.first = first
        self._wished = wished
        self._others: list[Session] = []
        self._free: LifoQueue[Session] = LifoQueue()
        self._free.put(first)
        self._taken: set[Session] = set()
        self._is_stopping = False
        self._stack = ExitStack()
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for _ in range(self._wished - 1):
                try:
                    other = stack.enter_context(Session.open(self.first.target, purpose=self.first.purpose))
                except PerfkitError:
                    break
                self._others.append(other)
            self._stack = stack.pop_all()
        # The first on top: it is taken where only one is needed.
        self._free.get()
        for session in (*self._others, self.first):
            self._free.put(session)
        return self

    def __exit__(self, *_: object) -> None:
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        self._stack.close()
        self._others.clear()

    def __len__(self) -> int:
        return 1 + len(self._others)

    @contextmanager
    def transaction(self, *, writes: bool = False) -> Iterator[None]:
        """One on each session, rolled back; ``writes`` is for the first alone."""
        with ExitStack() as stack:
            for session in self._others:
                with suppress(PerfkitError):
                    session.execute("begin read only")
                    stack.callback(_roll_back, session)
            stack.enter_context(self.first.transaction(writes=writes))
            yield

    def alone(self) -> None:
        """From now on the first alone is asked. The others are closed, and what they hold is let go."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None
        for other in self._others:
            other.close()
        self._others.clear()
        self._free = LifoQueue()
        self._free.put(self.first)

    def ask(self, question: Callable[[Session], Answer]) -> Answer:
        """The answer of a session that is free. Where the server has ended one of the others another is asked; the errors of the
        first session, and of the question, are raised."""
        while True:
            session = self._free.get()
            self._taken.add(session)
            try:
                if self._is_stopping:
                    raise CancelledError
                return question(session)
            except PerfkitError:
                if session is self.first or not session.is_closed:
                    raise
            finally:
                self._taken.discard(session)
                if session is self.first or not session.is_closed:
                    self._free.put(session)

    def each(
        self, work: Callable[[Item], Answer], items: Sequence[Item], advance: Advance = lambda: None
    ) -> list[Answer]:
        """What ``work``, which asks, gives for each item, in their order. It runs in as many threads as there are sessions. Of several
        errors the one of the first item is raised, when nothing runs any more; what runs then, or at an interrupt, is cancelled."""
        found: list[Answer] = []
        if len(self) == 1 or len(items) < 2:
            for item in items:
                found.append(work(item))
                advance()
            return found
        if self._threads is None:
            self._threads = ThreadPoolExecutor(len(self), thread_name_prefix="perfkit session")
        futures = [self._threads.submit(work, item) for item in items]
        try:
            for future in futures:
                found.append(future.result())
                advance()
        except BaseException:
            self._stop(futures)
            raise
        return found

    def _stop(self, futures: Sequence[Future[Answer]]) -> None:
        self._is_stopping = True
        try:
            for future in futures:
                future.cancel()
            for session in tuple(self._taken):
                with suppress(PerfkitError):
                    session.cancel()
            wait(futures)
        finally:
            self._is_stopping = False


def _roll_back(session: Session) -> None:
    with suppress(PerfkitError):
        session.execute("rollback")
