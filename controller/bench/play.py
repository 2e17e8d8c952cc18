"""Plays stories one after the other in one world, with the table printed as they come."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from controller.bench.player import StoryResult, play
from controller.bench.story import BadStory, Story, load
from controller.bench.table import Table
from controller.bench.world import World

STORIES = Path(__file__).resolve().parents[2] / "tests" / "stories"


def shipped(names: Iterable[str] = ()) -> list[Path]:
    """The files of these stories, by name or path; of all that are shipped, if none is named."""
    wanted = list(names)
    if not wanted:
        return sorted(STORIES.glob("*.story"))
    return [Path(n) if n.endswith(".story") else STORIES / f"{n}.story" for n in wanted]


def read(files: Iterable[Path]) -> tuple[list[Story], list[str]]:
    """The stories in those files, and what is wrong with those that are none."""
    loaded = [_load(file) for file in files]
    problems = [line for bad in loaded if isinstance(bad, BadStory) for line in bad.problems]
    return [story for story in loaded if isinstance(story, Story)], problems


def _load(file: Path) -> Story | BadStory:
    if file.parent != STORIES or file.exists():
        return load(file, STORIES / "boot")
    names = [story.stem for story in shipped()]
    near = difflib.get_close_matches(file.stem, names, n=3, cutoff=0.5)
    near = near or [name for name in names if file.stem in name][:3]
    hint = f"near it: {', '.join(near)}" if near else f"there are {len(names)} in tests/stories"
    return BadStory(file.stem, (f"{file.stem}: no story of that name; {hint}",))


def play_all(world: World, stories: Sequence[Story], table: Table) -> list[StoryResult]:
    """Play them in order; a story that does not hold stops nobody."""
    begun = time.monotonic()
    table.header(world.name, len(stories))
    results = []
    for story in stories:
        results.append(play(story, world, partial(table.playing, story.name)))
        table.row(results[-1])
    table.footer(results, time.monotonic() - begun)
    return results
