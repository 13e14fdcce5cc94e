"""The extractor finds what pages advertise, and pages show nothing that it cannot judge."""

import pytest

from pages import LANGUAGES, PAGES, blocks, commands, commands_of_comments, is_command, text_of

PAGE = """\
# One
```sh
make study     # a comment
.venv/bin/hsic-hpo analyse a.csv \\
  --space space.yaml    # goes on
```
Run `make toy`, or `make
reference`; `make` alone, `goal_fraction` and `results/make study` are no commands.

| command |
| --- |
| `hsic-hpo check a.yaml` |

## Two
```python
x = 1
```

    make lint
"""


def test_commands_are_lines_of_blocks_and_inline_code() -> None:
    assert commands(PAGE) == [
        "make study",
        ".venv/bin/hsic-hpo analyse a.csv --space space.yaml",
        "make toy",
        "make reference",
        "hsic-hpo check a.yaml",
    ]


def test_blocks_know_their_heading_and_language() -> None:
    found = [(block.heading, block.language, block.text) for block in blocks(PAGE)]
    assert found[1:] == [("Two", "python", "x = 1\n"), ("Two", "", "make lint\n")]
    assert found[0][:2] == ("One", "sh")


def test_comments_show_commands_indented_or_in_backticks() -> None:
    text = (
        "# Prose: make nothing of it. `make toy` shows it, `sinfo` is of another program.\n"
        "a: 1\n"
        "  #   module load python && make study\n"
        "#   key: value\n"
        "b: 2  # make lint\n"
    )
    assert commands_of_comments(text) == ["make toy", "make study"]


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page: str) -> None:
    for block in blocks(text_of(page), page):
        assert block.language in LANGUAGES, str(block)


@pytest.mark.parametrize("page", PAGES)
def test_plain_text_shows_no_commands(page: str) -> None:
    for block in blocks(text_of(page), page):
        if block.language == "text":
            assert not any(map(is_command, block.text.splitlines())), str(block)
