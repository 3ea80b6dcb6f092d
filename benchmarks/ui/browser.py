"""Chromium opens a page and looks at it, and tells what that costs it."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from benchmarks.rig.processes import ThreadTimes, child_processes, thread_times
from benchmarks.ui.figures import Load, Looks, PageFigures, Watch

_OPTIONS: Final = ("--no-sandbox", "--disable-dev-shm-usage")
_RENDERER: Final = "--type=renderer"
_WINDOW: Final[Any] = {"width": 1440, "height": 900}
_PATIENCE_MS: Final = 60_000
_WARM_UP_MS: Final = 3_000
_LOADS: Final = 3
_IS_LIVE: Final = """() => document.querySelector(".link")?.dataset.link === "live" """
_EMPTY: Final = "<!doctype html><title>Empty</title>"
_COUNT_FRAMES: Final = """(ms) => new Promise((tell) => {
  const began = performance.now();
  let last = began, frames = 0, longest = 0;
  const next = (now) => {
    frames += 1;
    longest = Math.max(longest, now - last);
    last = now;
    if (now - began < ms) requestAnimationFrame(next);
    else tell({ frames, longest, ms: now - began });
  };
  requestAnimationFrame(next);
})"""
_SEARCH: Final = """async () => {
  const box = document.querySelector(".connectors [name=text]");
  const began = performance.now();
  box.value = "7";
  box.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((tell) => requestAnimationFrame(() => setTimeout(tell)));
  const took = performance.now() - began;
  box.value = "";
  box.dispatchEvent(new Event("input", { bubbles: true }));
  return took;
}"""
_LOADED: Final = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const had = [page, ...performance.getEntriesByType("resource")];
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  return {
    html: page.responseEnd,
    htmlBytes: page.transferSize,
    paint,
    bytes: had.reduce((sum, one) => sum + one.transferSize, 0),
    files: had.length,
    elements: document.querySelectorAll("*").length,
  };
}"""
_TO_TILES: Final = """() => document.querySelector(".tiles").scrollIntoView({ block: "start" })"""


class NoBrowserError(Exception):
    """There is no Chromium here."""


async def watch_page(
    address: str, seconds: float, server_s: Callable[[], float], trace: Path | None = None
) -> PageFigures:
    """Open a page with an empty cache, some times, and look at it for a while.

    Args:
        address: Of the page.
        seconds: How long, for each figure.
        server_s: Tells the processor time that the server has spent.
        trace: Takes Chromium's own trace of some seconds.

    Raises:
        NoBrowserError: There is no browser.
    """
    async with _chromium() as browser:
        loads = [await _load_once(browser, address, server_s) for _ in range(_LOADS)]
        page = await _new_page(browser)
        await _open(page, address)
        await page.wait_for_timeout(_WARM_UP_MS)
        looker = _Looker(browser, page, seconds)
        at_top = await looker.look()
        await page.evaluate(_TO_TILES)
        await page.wait_for_timeout(_WARM_UP_MS)
        at_tiles = await looker.look()
        search_ms = await page.evaluate(_SEARCH)
        if trace is not None:
            await browser.start_tracing(page=page, path=trace)
            await page.wait_for_timeout(_WARM_UP_MS)
            await browser.stop_tracing()
    return PageFigures(
        load=sorted(loads, key=lambda one: one.live_s)[len(loads) // 2],
        watch=Watch(at_top=at_top, at_tiles=at_tiles, search_ms=search_ms),
    )


@asynccontextmanager
async def _chromium() -> AsyncIterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        raise NoBrowserError("expected a browser: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(_OPTIONS))
        yield browser
        await browser.close()


async def _new_page(browser: Browser) -> Page:
    context = await browser.new_context(viewport=_WINDOW)  # with a cache of its own
    page = await context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    return page


async def _open(page: Page, address: str) -> float:
    """Open an address; return when it was live, in ms."""
    await page.goto(address, wait_until="commit")
    await page.wait_for_function(_IS_LIVE)
    return float(await page.evaluate("performance.now()"))


async def _load_once(browser: Browser, address: str, server_s: Callable[[], float]) -> Load:
    page = await _new_page(browser)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    thread_before, server_before = await _tasks_s(devtools), server_s()
    live_ms = await _open(page, address)
    thread_s, spent_s = await _tasks_s(devtools) - thread_before, server_s() - server_before
    told = await page.evaluate(_LOADED)
    await page.context.close()
    return Load(
        html_s=told["html"] / 1000,
        painted_s=told["paint"] / 1000,
        live_s=live_ms / 1000,
        thread_s=thread_s,
        server_s=spent_s,
        html_bytes=told["htmlBytes"],
        transferred_bytes=told["bytes"],
        files=told["files"],
        elements=told["elements"],
    )


async def _tasks_s(devtools: CDPSession) -> float:
    """Processor time of the main thread's tasks, as DevTools counts it."""
    told = await devtools.send("Performance.getMetrics")
    return float(next(one["value"] for one in told["metrics"] if one["name"] == "TaskDuration"))


class _Looker:
    """Looks at a page, and at an empty one in the same seconds' neighbourhood."""

    def __init__(self, browser: Browser, page: Page, seconds: float) -> None:
        self._browser = browser
        self._page = page
        self._seconds = seconds

    async def look(self) -> Looks:
        """Count frames, and the time of the main thread while nobody asks for frames."""
        empty_before = await self._empty_frames()
        frames = await self._page.evaluate(_COUNT_FRAMES, 1000 * self._seconds)
        empty_after = await self._empty_frames()
        thread = await self._thread()
        return Looks(
            frames_per_s=1000 * frames["frames"] / frames["ms"],
            longest_frame_ms=frames["longest"],
            empty_frames_per_s=(empty_before + empty_after) / 2,
            thread_ms_per_s=1000 * thread.ran_s / self._seconds,
            waited_ms_per_s=1000 * thread.waited_s / self._seconds,
        )

    async def _empty_frames(self) -> float:
        """Frames per second of a page with nothing on it."""
        page = await _new_page(self._browser)
        await page.set_content(_EMPTY)
        told = await page.evaluate(_COUNT_FRAMES, 1000 * self._seconds / 2)
        await page.context.close()
        await self._page.bring_to_front()
        return float(1000 * told["frames"] / told["ms"])

    async def _thread(self) -> ThreadTimes:
        """What the page's main thread does: that of the renderer that does most."""
        before = _main_threads()
        await self._page.wait_for_timeout(1000 * self._seconds)
        after = _main_threads()
        grown = [after[pid].since(before[pid]) for pid in before if pid in after]
        return max(grown, key=lambda one: one.ran_s)


def _main_threads() -> dict[int, ThreadTimes]:
    """The main threads of all renderers that this process has started."""
    return {pid: thread_times(pid, pid) for pid in child_processes(_RENDERER)}
