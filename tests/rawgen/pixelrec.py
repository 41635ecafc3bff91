"""Made-up raw files in the layout of PixelRec's Pixel200K: comments, and Chinese item information."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.rawgen.common import Crowd, Facts, write_lines

TAGS = ("生活", "游戏", "美食", "动物", "音乐", "影视", "知识", "运动", "手工", "旅行")
GROUPS = (("游戏",), ("美食", "动物"), ("影视", "手工"))
OPENINGS = (
    "今天",
    "第一次",
    "居然",
    "三分钟看完",
    "带你去看",
    "没想到",
    "教你做",
    "深夜的",
    "一个人的",
)
THINGS = {
    "生活": ("小阳台", "搬家日记", "雨天"),
    "游戏": ("最后一关", "木剑通关", "隐藏地图"),
    "美食": ("山里的面馆", "外婆的饺子", "烤红薯"),
    "动物": ("茶壶里的猫", "害羞的鹦鹉", "两只山羊"),
    "音乐": ("旧提琴", "火车之歌", "清晨的鼓"),
    "影视": ("屋顶的戏", "消失的结局", "无声电影"),
    "知识": ("墨水与水", "最冷的实验室", "冰做的镜片"),
    "运动": ("泥地决赛", "慢跑马拉松", "最远一投"),
    "手工": ("纸龙", "坏掉的钟", "竹船"),
    "旅行": ("北方渡船", "沙漠巴士", "悬崖公路"),
}
ITEM_HEADER = (
    "item_id,view_number,comment_number,thumbup_number,share_number,coin_number,favorite_number,"
    "barrage_number,title,tag,description"
)

# Lines of the interactions that no reader may accept, and why; each is written once.
DIRT = (
    ("{item},u3,16500000", "no valid time"),
    ("{item},u3,", "no valid time"),
    ("{item},u3,2022-04-15", "no valid time"),
    ("77,u3,1650000000", "malformed item id"),
    (",u3,1650000000", "empty id"),
    ("{item},,1650000000", "empty id"),
    ("{item},u3", "too few fields"),
    ("{item},u3,1650000000,9", "too many fields"),
)


def write(
    folder: Path,
    *,
    users: int,
    items: int,
    seed: int = 0,
    packed: bool = False,
    dirt: bool = True,
) -> Facts:
    """Write `interactions/Pixel200K.csv` and `items/Pixel200K.csv`; 14 to 22 comments a user.

    No archive is official, so `packed` changes nothing.
    """
    del packed
    crowd = Crowd(
        users=users,
        items=items,
        categories=TAGS,
        groups=GROUPS,
        seed=seed,
        low=14,
        high=22,
        start=1_631_000_000,
        end=1_666_000_000,
    )
    ids = [f"i{number}" for number in crowd.rng(2).permutation(items * 4)[:items].tolist()]
    facts = Facts(groups={f"u{user + 1}": crowd.tastes(user) for user in range(users)})
    write_lines(folder / "items" / "Pixel200K.csv", _catalogue(crowd, ids, facts, dirt))
    write_lines(folder / "interactions" / "Pixel200K.csv", _comments(crowd, ids, facts, dirt))
    return facts


def _catalogue(crowd: Crowd, ids: list[str], facts: Facts, dirt: bool) -> Iterator[str]:
    rng = crowd.rng(3)
    yield ITEM_HEADER
    for place, item in enumerate(ids):
        own = crowd.item_categories[place]
        thing = THINGS[own[0]][int(rng.integers(0, 3))]
        title = f"{OPENINGS[int(rng.integers(0, len(OPENINGS)))]}{thing}【第{place % 89 + 1}期】"
        counters = [int(number) for number in rng.integers(0, 99_999, 7)]
        row = [item, *counters, title, own[0], f"{thing}的故事"]
        if dirt and place < len(ODD):
            row[8:] = ODD[place]
            row[1], row[2] = "", "12.0"
        yield _csv(row)
    facts.counts["items"] = crowd.items
    if dirt:
        yield _csv(["x9", *[1] * 7, "一个奇怪的编号", "生活", ""])
        facts.rejects["items", "malformed item id"] = 1


# Title, tag and description with the known oddities, for the first items.
ODD = (
    ('他说"回来",然后走了', "生活", '第一行\n第二行, "引号"\r\n第三行'),
    ("  两个　空格  ", "游戏,知识", ""),
    ("", "美食", "没有标题"),
    ("没有标签", "", "纯文本"),
)


def _comments(crowd: Crowd, ids: list[str], facts: Facts, dirt: bool) -> Iterator[str]:
    yield "item_id,user_id,timestamp"
    good = 0
    for events in crowd.chunks():
        order = np.lexsort((events.item, events.user % 7))  # the order is not promised
        events = events.take(order)
        for user, item, when in np.stack([events.user, events.item, events.time]).T.tolist():
            yield f"{ids[item]},u{user + 1},{when}"
        good += len(events)
    if dirt:
        for line, reason in DIRT:
            yield line.format(item=ids[0])
            key = ("interactions", reason)
            facts.rejects[key] = facts.rejects.get(key, 0) + 1
    facts.counts["interactions"] = good


def _csv(values: list[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()
