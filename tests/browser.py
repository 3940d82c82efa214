"""A headless Chromium that goes through the back office and notes what the browser refused or could not run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

# Debian's Chromium; playwright's own would be a download.
CHROMIUM = which("chromium")
WATCH = """
document.addEventListener("securitypolicyviolation", event =>
    console.error(`CSP ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Root has no user namespaces to sandbox in.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """Somebody with a browser at the back office of `address` (which ends in /admin/)."""

    def __init__(self, browser: Browser, address: str, **context: Any) -> None:
        self.address = address
        self.page: Page = browser.new_page(base_url=address, **context)
        self.page.add_init_script(WATCH)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self._note(f"error {error}"))
        self.page.on("console", lambda line: self._note(line.text) if _is_complaint(line) else None)
        self.page.on("requestfailed", self._note_missing)

    def _note_missing(self, request: Any) -> None:
        if "ERR_ABORTED" not in str(request.failure):  # we went on before it came
            self._note(f"not loaded {request.url} {request.failure}")

    def _note(self, complaint: str) -> None:
        self.complaints.append(f"{self.page.url.removeprefix(self.address)}: {complaint}")

    def go(self, path: str = "") -> None:
        self.page.goto(self.address + path)
        self.page.wait_for_timeout(100)  # Alpine and htmx come to life after the load

    def log_in(self, username: str, password: str) -> None:
        self.go("login/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_load_state()

    def links(self, selector: str) -> list[str]:
        """Where the links that match lead, below the back office."""
        found = self.page.eval_on_selector_all(selector, "links => links.map(link => link.href)")
        return [link.removeprefix(self.address) for link in found if link.startswith(self.address)]

    def click(self, selector: str) -> bool:
        """Click the first thing that matches and can be seen; whether there was one."""
        seen = next((thing for thing in self.page.locator(selector).all() if thing.is_visible()), None)
        if seen:
            # What lies above it, such as the row of buttons that stays in sight, is no matter here.
            seen.dispatch_event("mousedown")
            seen.dispatch_event("click")
            self.page.wait_for_timeout(100)
        return seen is not None

    def picture(self, path: Path) -> None:
        self.page.screenshot(path=path, full_page=True)


def _is_complaint(line: Any) -> bool:
    """Whether a line of the console tells of a fault; a page that is not there, or not for this user, is none."""
    is_answer = any(code in line.text for code in ("status of 403", "status of 404"))
    return line.type in ("error", "warning") and not is_answer
