"""What the pages of the project advertise: commands and blocks of code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("[RC]*.md"), ROOT / "config" / "README.md", *ROOT.glob("docs/*.md"))
    if path.name != "CHANGELOG.md"
)
# Their comments show commands too: indented, or between backticks.
SETTINGS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("config/*.yaml", "examples/*/*.yaml", "workflow/profiles/*/config.yaml")
    for path in ROOT.glob(pattern)
)
# What a page may show between fences: commands, code that runs, settings that are valid, and
# plain text, which is none of these.
LANGUAGES = ("sh", "python", "yaml", "text")
_PROGRAM = re.compile(r"(make|snakemake|hsic-hpo|pip|python3?|\.venv/bin/\S+) \S")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    heading: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}, {self.heading}: {self.text.splitlines()[0][:40]}"


def text_of(page: str) -> str:
    """Return the text of a page, by its path from the root."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(text: str, page: str = "") -> list[Block]:
    """Return the fenced and the indented blocks of a Markdown text."""
    found, heading = [], ""
    tokens = MarkdownIt("commonmark").parse(text)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            heading = following.content
        elif token.type in ("fence", "code_block"):
            found.append(Block(page, heading, token.info.strip(), token.content))
    return found


def commands(text: str) -> list[str]:
    """Return the commands of a Markdown text: lines of ``sh`` blocks and inline code."""
    shown = [
        line
        for block in blocks(text)
        if block.language == "sh"
        for line in _without_comments(block.text.replace("\\\n", " "))
    ]
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        inline = [child.content for child in token.children or () if child.type == "code_inline"]
        shown += filter(is_command, inline)
    return shown


def commands_of_comments(text: str) -> list[str]:
    """Return the commands in the comments of a YAML file."""
    shown = []
    for comment in re.findall(r"^ *#(.*)$", text, re.MULTILINE):
        candidates = re.findall(r"`([^`]+)`", comment)
        if comment.startswith("   "):
            candidates += comment.split("&&")
        shown += [text.strip() for text in candidates if is_command(text.strip())]
    return shown


def commented_settings(text: str) -> str:
    """Return a YAML file in which the settings that comments show are set."""
    return re.sub(r"^( *)# ( *[a-z][\w-]*:( .*)?)$", r"\1\2", text, flags=re.MULTILINE)


def advertised() -> list[str]:
    """Return every command that a page, a comment or ``make help`` shows, each one once."""
    shown = [
        *(command for page in PAGES for command in commands(text_of(page))),
        *(command for path in SETTINGS for command in commands_of_comments(text_of(path))),
        *(f"make {target}" for target in make_targets()),
        *re.findall(r"##.*: (make [\w =]+)$", text_of("Makefile"), re.MULTILINE),
    ]
    return list(dict.fromkeys(shown))


def is_command(text: str) -> bool:
    """Tell whether a text starts like a command of this project."""
    return _PROGRAM.match(text) is not None


def make_targets() -> list[str]:
    """Return what ``make help`` lists, but for targets that need a variable."""
    listed = re.findall(r"^([a-z-]+):.*## (.*)$", text_of("Makefile"), re.MULTILINE)
    return [target for target, help_text in listed if not re.search(r": make \w+ \w+=", help_text)]


def all_blocks(language: str) -> list[Block]:
    """Return the blocks of all pages in one language."""
    return [
        block
        for page in PAGES
        for block in blocks(text_of(page), page)
        if block.language == language
    ]


def _without_comments(text: str) -> Iterator[str]:
    for line in text.splitlines():
        command = re.sub(r"(^|\s)#.*$", "", line).strip()
        if command:
            yield re.sub(r"\s+", " ", command)
