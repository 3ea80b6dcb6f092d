"""What a page costs its browser and its server, and how that is told."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A page that was asked for with an empty cache.

    Attributes:
        html_s: When all of its HTML had come.
        painted_s: When it was first painted with contents: what the server has printed.
        live_s: When it followed the live stream.
        thread_s: Processor time of the browser's main thread until then.
        server_s: Processor time of the server until then, with what it does anyway.
        html_bytes: Of the HTML.
        transferred_bytes: Of all that came over the network, without the stream.
        files: How many that were.
        elements: In the document when it was live.
    """

    html_s: float
    painted_s: float
    live_s: float
    thread_s: float
    server_s: float
    html_bytes: int
    transferred_bytes: int
    files: int
    elements: int

    def lines(self) -> Iterator[str]:
        """All figures."""
        yield (
            f"load: HTML after {self.html_s:.2f} s, painted after {self.painted_s:.2f} s, live "
            f"after {self.live_s:.2f} s; of the processor {self.thread_s:.2f} s in the main thread "
            f"and {self.server_s:.2f} s in the server, with what it does anyway"
        )
        yield (
            f"load: {self.html_bytes / 1000:.0f} kB of HTML, {self.transferred_bytes / 1000:.0f} kB"
            f" in {self.files} files, {self.elements:,} elements"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """A page that is looked at.

    Attributes:
        frames_per_s: How often it could be drawn.
        longest_frame_ms: The longest time without a frame.
        empty_frames_per_s: How often an empty page could be drawn, before and after.
        thread_ms_per_s: Processor time of its main thread.
        waited_ms_per_s: How long that thread waited for a processor.
    """

    frames_per_s: float
    longest_frame_ms: float
    empty_frames_per_s: float
    thread_ms_per_s: float
    waited_ms_per_s: float

    @property
    def frame_share(self) -> float:
        """Frames in proportion to those of an empty page."""
        return self.frames_per_s / self.empty_frames_per_s

    def line(self, where: str) -> str:
        """All figures."""
        return (
            f"{where}: {self.frames_per_s:.1f} frames/s, an empty page has "
            f"{self.empty_frames_per_s:.1f} ({self.frame_share:.0%}), longest "
            f"{self.longest_frame_ms:.0f} ms; main thread "
            f"{self.thread_ms_per_s:.0f} ms/s of the processor, and {self.waited_ms_per_s:.0f} ms/s"
            " waiting for one"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A page that is looked at, at its top and where its tiles are.

    Attributes:
        search_ms: Until a search of the connectors is drawn.
    """

    at_top: Looks
    at_tiles: Looks
    search_ms: float

    @property
    def worst_share(self) -> float:
        """The fewer frames, in proportion to an empty page."""
        return min(self.at_top.frame_share, self.at_tiles.frame_share)

    @property
    def most_thread_ms_per_s(self) -> float:
        """The more of the main thread."""
        return max(self.at_top.thread_ms_per_s, self.at_tiles.thread_ms_per_s)

    def lines(self) -> Iterator[str]:
        """All figures."""
        yield self.at_top.line("top of the page")
        yield self.at_tiles.line("at the connectors")
        yield f"a search takes {self.search_ms:.0f} ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFigures:
    """What a page costs its browser."""

    load: Load
    watch: Watch

    def lines(self) -> Iterator[str]:
        """All figures."""
        yield from self.load.lines()
        yield from self.watch.lines()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCost:
    """Shares of a core in per cent: with no page, with one, and with some more.

    Attributes:
        more: How many pages are open beside the first one in the end.
        bytes_per_s: What one reader is sent.
        messages_per_s: In so many parts.
    """

    none_pct: float
    one_pct: float
    many_pct: float
    more: int
    bytes_per_s: float
    messages_per_s: float

    @property
    def first_pct(self) -> float:
        """What the first page costs: views are made for it."""
        return self.one_pct - self.none_pct

    @property
    def further_pct(self) -> float:
        """What each further page costs: it is told the same."""
        return (self.many_pct - self.one_pct) / self.more

    def lines(self) -> Iterator[str]:
        """All figures."""
        yield (
            f"server: {self.none_pct:.1f} % of a core without a page, {self.one_pct:.1f} % with "
            f"one, {self.many_pct:.1f} % with {1 + self.more}: {self.first_pct:.1f} % for the "
            f"first, {self.further_pct:.2f} % for each further one; each is told "
            f"{self.bytes_per_s / 1000:.0f} kB/s in {self.messages_per_s:.1f} messages/s"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """What is asked for.

    Attributes:
        frame_share: 55 frames per second of the 60 that a screen shows: a machine on which even an
            empty page gets fewer is told apart from a page that takes too long.
        server_pct: For the first page, and for each further one.
    """

    frame_share: float = 55 / 60
    thread_ms_per_s: float = 150.0
    live_s: float = 1.5
    server_pct: float = 2.0

    def judge(self, stations: int, page: PageFigures, cost: ServerCost) -> tuple[str, bool]:
        """What has a bar in one line, and whether all bars are reached."""
        load, watch = page.load, page.watch
        has_passed = (
            watch.worst_share >= self.frame_share
            and watch.most_thread_ms_per_s < self.thread_ms_per_s
            and load.live_s < self.live_s
            and 0 < cost.first_pct < self.server_pct  # below nothing: the machine was measured
            and cost.further_pct < self.server_pct
        )
        line = (
            f"ui: {stations:,} connectors, {watch.worst_share:.0%} of an empty page's frames "
            f"(bar {self.frame_share:.0%}), main thread {watch.most_thread_ms_per_s:.0f} ms/s "
            f"(bar {self.thread_ms_per_s:g}), live after {load.live_s:.2f} s (bar {self.live_s:g}),"
            f" server {cost.first_pct:.1f} % of a core for the first page, {cost.further_pct:.2f} %"
            f" for each further one (bar {self.server_pct:g}) {'PASS' if has_passed else 'FAIL'}"
        )
        return line, has_passed
