"""Subtasks, one file each. This module exports what a new subtask needs."""

from itdr.builders.core.rng import HashRng
from itdr.builders.core.schema import INTERACTION, UNDERSTANDING
from itdr.builders.rendering.lists import layouts, listings
from itdr.builders.sampling.case import Case, Evidence
from itdr.builders.sampling.histories import UserHistory, histories
from itdr.builders.sampling.windows import (
    Window,
    WindowSpec,
    latest_windows,
    ordered_windows,
    unordered_windows,
)
from itdr.builders.tasks.base import Cell, CellRule, OpenCell, Task

__all__ = [
    "INTERACTION",
    "UNDERSTANDING",
    "Case",
    "Cell",
    "CellRule",
    "Evidence",
    "HashRng",
    "OpenCell",
    "Task",
    "UserHistory",
    "Window",
    "WindowSpec",
    "histories",
    "latest_windows",
    "layouts",
    "listings",
    "ordered_windows",
    "unordered_windows",
]
