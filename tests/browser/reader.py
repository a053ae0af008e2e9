"""A visitor of the site, who notes what a page must never do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

AXE = Axe().axe_script
RULES = {
    "resultTypes": ["violations"],
    "preload": False,  # of style sheets in files, which no page may read
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}
#: All rules on the whole page. Contrast, which was most of the time, is asked of the first of all elements that have, and that
#: lie in elements which have, the same colours, sizes and weights.
BREACHES = """async rules => {
  const told = ["color", "backgroundColor", "backgroundImage", "opacity", "filter", "textShadow", "fontSize", "fontWeight", "position"]
  const known = new Set()
  const mark = (element, above) => {
    const style = getComputedStyle(element), chain = [above, element.tagName, ...told.map(name => style[name])].join()
    element.toggleAttribute("data-asked", !known.has(chain))
    known.add(chain)
    for (const child of element.children) mark(child, chain)
  }
  mark(document.documentElement, "")
  axe.configure({rules: [{id: "color-contrast", selector: "[data-asked]"}]})
  return (await axe.run(document, rules)).violations
}"""
#: Fields in which one would not read what one types: axe takes white on white for hidden on purpose, and an empty field for none.
UNREADABLE = """() => {
  const dot = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true})
  const light = color => {
    dot.clearRect(0, 0, 1, 1)
    dot.fillStyle = color
    dot.fillRect(0, 0, 1, 1)
    const [red, green, blue, alpha] = dot.getImageData(0, 0, 1, 1).data
    const part = value => value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4
    return alpha ? 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue) : null
  }
  const behind = field => field ? light(getComputedStyle(field).backgroundColor) ?? behind(field.parentElement) : 1
  return [...document.querySelectorAll("input:not([type=checkbox], [type=radio], [type=hidden]), select, textarea")].filter(field => {
    const [dim, bright] = [light(getComputedStyle(field).color), behind(field)].sort((a, b) => a - b)
    return field.checkVisibility() && (bright + 0.05) / (dim + 0.05) < 4.5
  }).map(field => "what is typed cannot be read: " + field.outerHTML.slice(0, 120))
}"""
#: By direction. Each direction with each width and each scheme, and each width with each scheme: four looks see every pair.
LOOKS = {"": [(1280, "light"), (320, "dark")], "/ar": [(1280, "dark"), (320, "light")]}
#: Elements that reach past the edge of the window without a region that scrolls around them.
TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
  return wide <= 0 ? [] : [wide + " px", ...[...document.querySelectorAll("body *")].filter(e => {
    const box = e.getBoundingClientRect()
    return box.width && (box.right > innerWidth + 1 || box.left < -1) && !e.closest(".scroll, .hush, .skip")
  }).slice(0, 5).map(e => e.outerHTML.slice(0, 120))]
}"""


class Reader:
    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context, self.site = context, site
        self.page = context.new_page()
        self.faults: list[str] = []
        self.requests: list[Request] = []
        self.status = 0
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        """A refusal of the content security policy is told here too. A page that is an error by its status may say so."""
        own_status = self.status >= 400 and message.location["url"] == self.page.url
        if message.type in ("error", "warning") and not own_status:
            self.faults.append(f"{self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        if not request.url.startswith(self.site):
            self.faults.append(f"{self.page.url}: asks {request.url}")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status
        elif response.status >= 400:
            self.faults.append(f"{self.page.url}: {response.status} {response.url}")

    def open(self, path: str) -> Reader:
        self.requests.clear()
        self.page.goto(path, wait_until="load")
        self.page.evaluate("document.fonts.ready.then(() => 0)")
        return self

    def see(self, *, width: int = 1280, scheme: str = "light") -> Reader:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)
        return self

    @property
    def fonts(self) -> set[str]:
        """Names of the font files that the page fetched."""
        paths = (request.url.rpartition("/")[2] for request in self.requests if request.resource_type == "font")
        return {path.partition(".")[0] for path in paths}

    def breaches(self) -> Iterator[str]:
        """What axe finds against WCAG 2.2 AA, and fields in which one cannot read what one types; a line for each element."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        for rule in self.page.evaluate(BREACHES, RULES):
            for node in rule["nodes"]:
                yield f"{rule['id']}: {node['target'][0]} {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        yield from self.page.evaluate(UNREADABLE)

    def too_wide(self) -> list[str]:
        return self.page.evaluate(TOO_WIDE)

    def faults_in(self, looks: Iterable[tuple[int, str]]) -> list[tuple[Any, ...]]:
        """What breaks a rule or reaches past the edge of the open page, in some widths and schemes."""
        found: list[tuple[Any, ...]] = []
        for width, scheme in looks:
            self.see(width=width, scheme=scheme)
            found += [(self.page.url, width, scheme, says) for says in (*self.breaches(), *self.too_wide())]
        return found
