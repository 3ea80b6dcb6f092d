"""Chromium looks at a page, and tells what that costs it."""

import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.async_api import CDPSession, Page, async_playwright

_OPTIONS: Final = ("--no-sandbox", "--disable-dev-shm-usage")
_WINDOW: Final = {"width": 1440, "height": 900}
_PATIENCE_MS: Final = 60_000
_WARM_UP_MS: Final = 3_000
_IS_LIVE: Final = """() => document.querySelector(".link")?.dataset.link === "live" """
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
  const kinds = ["navigation", "resource"];
  const had = kinds.flatMap((kind) => performance.getEntriesByType(kind));
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  return { paint, bytes: had.reduce((sum, one) => sum + one.transferSize, 0) };
}"""
_PARTS: Final = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
_WHOLE: Final = "TaskDuration"
_DOMAINS: Final = {"clock": "timeTicks", "processor": "threadTicks"}


class NoBrowserError(Exception):
    """There is no Chromium here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFigures:
    """What a page costs its browser.

    Attributes:
        live_s: From asking for it to being live.
        painted_s: To its first paint with contents.
        loading_cpu_s: Processor time of the main thread until it is live.
        transferred_bytes: What of it came over the network until then.
        frames_per_s: How often it could be drawn.
        longest_frame_ms: The longest time without a frame.
        thread_ms_per_s: Of the main thread, by the clock, in all and by what is done.
        thread_cpu_ms_per_s: The same of the processor.
        search_ms: Until a search of the connectors is drawn.
        elements: In the document.
    """

    live_s: float
    painted_s: float
    loading_cpu_s: float
    transferred_bytes: int
    frames_per_s: float
    longest_frame_ms: float
    thread_ms_per_s: float
    thread_cpu_ms_per_s: float
    parts_ms_per_s: Mapping[str, float]
    search_ms: float
    elements: int

    def lines(self) -> Iterator[str]:
        """All figures."""
        yield (
            f"load: painted after {self.painted_s:.2f} s, live after {self.live_s:.2f} s; "
            f"{self.loading_cpu_s:.2f} s of the processor in the main thread, "
            f"{self.transferred_bytes / 1000:.0f} kB, {self.elements:,} elements"
        )
        parts = ", ".join(f"{name} {value:.0f}" for name, value in self.parts_ms_per_s.items())
        yield (
            f"page: {self.frames_per_s:.1f} frames/s, longest {self.longest_frame_ms:.0f} ms; main "
            f"thread {self.thread_ms_per_s:.0f} ms/s by the clock, {self.thread_cpu_ms_per_s:.0f} "
            f"ms/s of the processor ({parts}); a search takes {self.search_ms:.0f} ms"
        )


async def watch_page(address: str, seconds: float, trace: Path | None = None) -> PageFigures:
    """Open a page with an empty cache, and look at it for a while.

    Args:
        address: Of the page.
        seconds: How long, by each of two clocks.
        trace: Takes Chromium's own trace of some seconds.

    Raises:
        NoBrowserError: There is no browser.
    """
    program = shutil.which("chromium")
    if program is None:
        raise NoBrowserError("expected a browser: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(_OPTIONS))
        page = await browser.new_page(viewport=_WINDOW)  # type: ignore[arg-type]
        page.set_default_timeout(_PATIENCE_MS)
        devtools = await page.context.new_cdp_session(page)
        load = await _load(page, devtools, address)
        await page.wait_for_timeout(_WARM_UP_MS)
        frames = await page.evaluate(_COUNT_FRAMES, 1000 * seconds)
        by_clock = await _observe(page, devtools, "clock", seconds)
        by_processor = await _observe(page, devtools, "processor", seconds)
        figures = PageFigures(
            **load,
            frames_per_s=1000 * frames["frames"] / frames["ms"],
            longest_frame_ms=frames["longest"],
            thread_ms_per_s=by_clock[_WHOLE],
            thread_cpu_ms_per_s=by_processor[_WHOLE],
            parts_ms_per_s={name: by_processor[name] for name in _PARTS},
            search_ms=await page.evaluate(_SEARCH),
            elements=await page.evaluate("document.querySelectorAll('*').length"),
        )
        if trace is not None:
            await browser.start_tracing(page=page, path=trace)
            await page.wait_for_timeout(_WARM_UP_MS)
            await browser.stop_tracing()
        await browser.close()
    return figures


async def _load(page: Page, devtools: CDPSession, address: str) -> dict[str, Any]:
    await devtools.send("Performance.enable", {"timeDomain": _DOMAINS["processor"]})
    before = await _metrics(devtools)
    await page.goto(address, wait_until="commit")
    await page.wait_for_function(_IS_LIVE)
    live_ms = await page.evaluate("performance.now()")
    after = await _metrics(devtools)
    await devtools.send("Performance.disable")
    told = await page.evaluate(_LOADED)
    return {
        "live_s": live_ms / 1000,
        "painted_s": told["paint"] / 1000,
        "loading_cpu_s": after[_WHOLE] - before[_WHOLE],
        "transferred_bytes": told["bytes"],
    }


async def _observe(
    page: Page, devtools: CDPSession, clock: str, seconds: float
) -> dict[str, float]:
    """What the main thread does in ms per second, while nobody asks it for frames."""
    await devtools.send("Performance.enable", {"timeDomain": _DOMAINS[clock]})
    before, began_s = await _metrics(devtools), time.monotonic()
    await page.wait_for_timeout(1000 * seconds)
    after, took_s = await _metrics(devtools), time.monotonic() - began_s
    await devtools.send("Performance.disable")
    return {name: 1000 * (after[name] - before[name]) / took_s for name in after}


async def _metrics(devtools: CDPSession) -> dict[str, float]:
    told = await devtools.send("Performance.getMetrics")
    return {one["name"]: one["value"] for one in told["metrics"]}
