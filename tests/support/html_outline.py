"""What tests ask of a page: its ids, headings, pictures, tables, links and requests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

_VOID = {"meta", "link", "br", "img", "hr", "input"}


@dataclass
class Outline(HTMLParser):
    """Collected by `outline`."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    scopes: list[str | None] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if "id" in found:
            self.ids.append(found["id"] or "")
        for name in ("href", "src", "xlink:href", "srcset", "action"):
            if name in found:
                self.links.append(found[name] or "")
        self.references += [
            name for value in found.values() for name in re.findall(r"url\(#([^)]*)\)", value or "")
        ]
        if tag in ("h1", "h2", "h3"):
            self.headings.append((int(tag[1]), ""))
        if tag == "svg":
            assert found.get("role") == "img"
            self.labels.append(found.get("aria-label") or "")
        if tag == "video":
            self.labels.append(found.get("aria-label") or "")
        if tag == "th":
            self.scopes.append(found.get("scope"))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self.text += data
        if self._open and self._open[-1] in ("h1", "h2", "h3"):
            level, heading = self.headings[-1]
            self.headings[-1] = (level, heading + data)


def outline(page: str) -> Outline:
    """The outline of a page whose elements are properly nested."""
    found = Outline()
    found.feed(page)
    found.close()
    assert not found._open
    return found


def check_self_contained(page: str) -> Outline:
    """No script, no request to anywhere, unique ids, inner links lead somewhere; returns the outline."""
    found = outline(page)
    assert not {"script", "iframe", "img", "object"} & set(found.counts)
    assert "@import" not in page
    assert all(link.startswith(("#", "data:")) for link in found.links), found.links
    assert not re.findall(r"url\((?!#)[^)]*\)", page)
    assert len(found.ids) == len(set(found.ids))
    wanted = {link[1:] for link in found.links if link.startswith("#")} | set(found.references)
    assert wanted <= set(found.ids)
    return found


def check_accessible(found: Outline) -> None:
    """Headings in order, every picture described and captioned, every head cell with its scope."""
    levels = [level for level, _ in found.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert all(label.strip() for label in found.labels)
    assert found.counts.get("figure", 0) == found.counts.get("figcaption", 0) == len(found.labels)
    assert set(found.scopes) <= {"row", "col"}
