"""Yelp Open Dataset: reviews of local businesses in North America (2022 release: 6,990,280).

Layout: JSON Lines in UTF-8. An archive in an archive: `Yelp-JSON.zip` holds `yelp_dataset.tar` (in
some snapshots gzip-compressed in spite of its name), which holds the files. Yelp replaces the
download without a version number, so sizes and checksums are not declared; keys come in another
order in each release. [Yelp's documentation; DataRec registry; excerpts seen]

Names of businesses repeat, so a title is "Name (City)", and works are told apart by id. Times have
no zone: taken as UTC. The user file is not read: it holds no canonical column (its `elite`, in
which the year 2020 is damaged to `20,20`, is not needed). A user may review a business several
times: all reviews are given, one counts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from itdr.builders.core import duckdb_csv, emptied
from itdr.builders.core.errors import RawFileError
from itdr.builders.core.reasons import (
    EMPTY_ID,
    ENOUGH_TO_JUDGE,
    NO_RATING,
    NO_RECORD,
    NO_TIME,
    WRONG_TYPE,
)
from itdr.builders.core.schema import (
    Cut,
    Licence,
    RawFile,
    Readers,
    Remote,
    Scale,
    Source,
    column_names,
)
from itdr.builders.sources._formats import validate
from itdr.builders.sources._formats.jsonlines import (
    all_null_sql,
    no_object_sql,
    no_prose_sql,
    no_text_sql,
    no_texts_sql,
    object_sql,
    prose_sql,
    read_json,
    require_json_lines,
    texts_sql,
)
from itdr.builders.sources._formats.text import clean_sql, clean_value_sql
from itdr.builders.sources._shared.own_texts import records, require_own_names

if TYPE_CHECKING:
    import duckdb

    from itdr.builders.core.raw_files import Raw

ATTRIBUTES = {
    "AcceptsInsurance": "Accepts insurance",
    "AgesAllowed": "Ages allowed",
    "BYOB": "Bring your own drinks",
    "BYOBCorkage": "Bring your own wine",
    "BestNights": "Best nights",
    "BusinessAcceptsBitcoin": "Accepts Bitcoin",
    "BusinessAcceptsCreditCards": "Accepts credit cards",
    "BusinessParking": "Parking",
    "ByAppointmentOnly": "By appointment only",
    "DriveThru": "Drive-through",
    "GoodForDancing": "Good for dancing",
    "GoodForKids": "Good for children",
    "GoodForMeal": "Good for",
    "HairSpecializesIn": "Hair specialties",
    "HasTV": "Has TV",
    "Open24Hours": "Open 24 hours",
    "RestaurantsAttire": "Attire",
    "RestaurantsCounterService": "Counter service",
    "RestaurantsDelivery": "Delivery",
    "RestaurantsGoodForGroups": "Good for groups",
    "RestaurantsPriceRange2": "Price range (1 to 4)",
    "RestaurantsReservations": "Reservations",
    "RestaurantsTableService": "Table service",
    "RestaurantsTakeOut": "Takeaway",
    "WiFi": "Wi-Fi",
}
"""Names of attributes that do not read well when they are merely taken apart at their capitals."""


NO_NAME = ("nan", "none", "null")
WITH_COMMAS = (
    "Beer, Wine & Spirits",
    "Books, Mags, Music & Video",
    "Used, Vintage & Consignment",
    "Wills, Trusts, & Probates",
)
"""Categories whose name holds a comma. [Yelp's list of categories; the first three were seen]"""
BROAD = (
    *("Active Life", "Arts & Entertainment", "Automotive", "Beauty & Spas", "Education"),
    *("Event Planning & Services", "Financial Services", "Food", "Health & Medical"),
    *(
        "Home Services",
        "Hotels & Travel",
        "Local Flavor",
        "Local Services",
        "Mass Media",
        "Nightlife",
    ),
    *("Pets", "Professional Services", "Public Services & Government", "Real Estate"),
    *("Religious Organizations", "Restaurants", "Shopping"),
)
"""Categories under which others stand. [Yelp's list of categories]"""
PRIVATE = ("Health & Medical",)
"""A person's list shows no clinic and no doctor: it would tell of their health."""
ENOUGH_BUSINESSES, MANY_BYTES = 400, 1 << 20
"""So many businesses, from so many bytes of each end of their file, show whether towns lie in one state each."""
_COMMA = "\x1f"


_USER, _REVIEW = (re.compile(rf'"{name}_id": ?"([^"]{{22}})"') for name in ("user", "review"))
"""Ids."""


def _require_own_values(path: Path) -> None:
    """Raise `RawFileError` where the first and the last users have ids of reviews, or texts were escaped twice."""
    text = validate.ends_of(path)
    users, reviews = set(_USER.findall(text)), set(_REVIEW.findall(text))
    enough = len(users) >= ENOUGH_TO_JUDGE
    fault = ""
    if enough and 2 * len(users & reviews) > len(users):
        fault = f"of {len(users):,} users that were looked at, {len(users & reviews):,} have the id of a review"
    elif text.count("\\\\n") >= ENOUGH_TO_JUDGE and 10 * text.count("\\\\n") > 9 * text.count(
        "\\n"
    ):
        fault = "texts hold '\\n' in place of line ends: they were escaped twice"
    if fault:
        raise RawFileError(f"{path}: {fault}. {validate.AGAIN}")


def interactions(raw: Raw) -> duckdb.DuckDBPyRelation:
    """One `review` event per review."""
    path = raw.path("review")
    needed = ("user_id", "business_id", "stars", "date")
    require_json_lines(path, needed, once=(*needed, "text"))
    _require_own_values(path)
    types = dict.fromkeys(("user_id", "business_id", "date", "text", "stars"), "VARCHAR")
    # Releases before 2018 have the day alone.
    forms = "['%Y-%m-%d %H:%M:%S', '%Y-%m-%d', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%dT%H:%M:%SZ']"
    return raw.con.sql(
        f"""
        SELECT nullif(trim(user_id), '') AS user_id, nullif(trim(business_id), '') AS item_id, rating,
            CAST(epoch(moment) AS BIGINT) AS "timestamp", 'review' AS event,
            {clean_sql("prose")} AS text,
            {emptied.emptied_sql(text=no_prose_sql("text", "prose"))} AS emptied,
            CASE
                WHEN {all_null_sql(list(types))} THEN '{NO_RECORD}'
                WHEN {no_text_sql("user_id", "business_id")} THEN '{WRONG_TYPE}'
                WHEN nullif(trim(user_id), '') IS NULL OR nullif(trim(business_id), '') IS NULL
                    THEN '{EMPTY_ID}'
                WHEN rating IS NULL THEN '{NO_RATING}'
                WHEN moment IS NULL THEN '{NO_TIME}'
            END AS reject
        FROM (SELECT *, TRY_CAST(stars AS FLOAT) AS rating,
            {prose_sql("text")} AS prose,
            try_strptime("date", {forms}) AS moment FROM {read_json(path, types)})
        """
    )


def _require_own_towns(path: Path) -> None:
    """Raise `RawFileError` where most towns of the first and the last businesses lie in several states."""
    states: dict[str, list[str]] = {}
    for record in records(path, MANY_BYTES):
        town, state = record.get("city"), record.get("state")
        if isinstance(town, str) and isinstance(state, str) and town and state:
            states.setdefault(town, []).append(state)
    several = [group for group in states.values() if len(group) > 1]
    apart = sum(len(set(group)) > 1 for group in several)
    enough = sum(map(len, states.values())) >= ENOUGH_BUSINESSES
    if enough and apart >= ENOUGH_TO_JUDGE and 2 * apart > len(several):
        raise RawFileError(
            f"{path}: {apart:,} of {len(several):,} towns with several businesses that were looked at lie in more than one "
            f"state: the columns 'city' or 'state' were moved to other rows. {validate.AGAIN}"
        )


def items(raw: Raw) -> duckdb.DuckDBPyRelation:
    """Businesses with categories and the attributes that they have."""
    path = raw.path("business")
    require_json_lines(path, ("business_id", "name", "city"), nested=("attributes",))
    _require_own_towns(path)
    if raw.has("review"):
        require_own_names(path, raw.path("review"), "business_id", "name")
    types = {
        **dict.fromkeys(("business_id", "name", "city"), "VARCHAR"),
        **dict.fromkeys(("categories", "attributes"), "JSON"),
    }
    unread = {
        "title": "no_name",
        "attributes": no_object_sql("attributes"),
        "categories": no_texts_sql("categories"),
        "city": "no_city",
    }
    return raw.con.sql(
        f"""
        SELECT nullif(trim(business_id), '') AS item_id,
            CASE WHEN texts[1] IS NOT NULL THEN texts[1] || coalesce(' (' ||
                CASE WHEN NOT no_city THEN texts[2] END || ')', '') END AS title,
            list_filter(list_transform({_categories("categories")},
                lambda c: {clean_sql("c")}), lambda c: c IS NOT NULL) AS categories,
            {_attributes(f"CAST({object_sql('attributes')} AS MAP(VARCHAR, JSON))")} AS attributes,
            {emptied.emptied_sql(**unread)} AS emptied,
            CASE
                WHEN {all_null_sql(list(types))} THEN '{NO_RECORD}'
                WHEN {no_text_sql("business_id")} THEN '{WRONG_TYPE}'
                WHEN nullif(trim(business_id), '') IS NULL THEN '{EMPTY_ID}'
            END AS reject
        FROM (
            SELECT *, list_transform(stated, lambda t: {clean_value_sql("t", NO_NAME)}) AS texts,
                {no_prose_sql("name", "stated[1]")} AS no_name,
                {no_prose_sql("city", "stated[2]")}
                    OR coalesce(regexp_matches(stated[2], '{_NO_CITY}'), false) AS no_city
            FROM (SELECT *, [{prose_sql("name")}, {prose_sql("city")}] AS stated
                FROM {read_json(path, types)})
        )
        """
    )


_NO_CITY = r"^(?:#|[0-9]+(?:[.]0)?$|[\[{\-])|%[2-9A-F][0-9A-F]|Ã[\x{80}-\x{BF}]"
"""No name of a place: what a spreadsheet shows in place of one, a number, a list or object, codes."""


def _categories(column: str) -> str:
    """The categories: a text joined by commas, or a list, as in releases before 2018.

    Some names contain a comma of their own.
    """
    # Copies set the names apart by bars, semicolons or commas without a blank, which none holds.
    names = f"', ' || regexp_replace(coalesce({clean_sql('joined')}, ''), '\\s*[|;]\\s*|,(\\S)', ', \\1', 'g') || ', '"
    for name in WITH_COMMAS:
        whole = duckdb_csv.literal(f", {name.replace(', ', _COMMA)}, ")
        names = f"replace({names}, {duckdb_csv.literal(f', {name}, ')}, {whole})"
    split = f"list_transform(string_split({names}, ', '), lambda c: replace(c, '{_COMMA}', ', '))"
    # A list may hold all in one name, or a name in two that was split at its comma.
    whole = f"[array_to_string({texts_sql(column)}, ', ')]"
    return f"flatten(list_transform({whole}, lambda joined: {split}))"


_UNQUOTED = """regexp_replace({0}, '^u?([''"])(.*)[''"]$', '\\2')"""


def _attributes(column: str) -> str:
    """The {name, value} pairs of attributes, sorted by name.

    Values are Python literals in strings: `True`, a number, a word such as `u'free'`, or a dict, of
    which the true keys count; releases before 2018 have JSON's own booleans, numbers, bare words and
    objects. What a business lacks (`False`, `None`, `'no'`, `'none'`) is left out.
    """
    # Copies quote the values once more.
    text = _UNQUOTED.format("json_extract_string(a.value, '$')")
    word = _UNQUOTED.format(text)
    keys = f"""regexp_extract_all({text}, '[''"]([^''"]+)[''"]: ?[Tt]rue', 1)"""
    value = (
        f"CASE WHEN lower({text}) = 'true' THEN 'yes' "
        f"WHEN left({text}, 1) = '{{' THEN array_to_string({keys}, ', ') "
        f"WHEN left({text}, 1) = '[' THEN NULL "
        f"WHEN lower({word}) NOT IN ('no', 'none', 'false', 'nan', 'null') THEN {word} END"
    )
    names = ", ".join(f"{duckdb_csv.literal(key)}: '{name}'" for key, name in ATTRIBUTES.items())
    apart = "regexp_replace(a.key, '([a-z0-9])([A-Z])', '\\1 \\2', 'g')"
    name = f"coalesce(MAP {{{names}}}[a.key], left({apart}, 1) || lower(({apart})[2:]))"
    return (
        f"list_sort(list_filter(list_transform(coalesce(map_entries({column}), []), "
        f"lambda a: {{'name': {name}, 'value': nullif(replace({value}, '_', ' '), '')}}), "
        "lambda a: a.value IS NOT NULL))"
    )


ARCHIVES = ("Yelp-JSON.zip", "yelp_dataset.tar", "yelp-dataset.zip")
"""The official archive, the one inside it, and Yelp's own copy on Kaggle."""

SOURCE = Source(
    id="yelp",
    title="Yelp Open Dataset",
    domain="businesses",
    words="businesses",
    homepage="https://business.yelp.com/data/resources/open-dataset/",
    licence=Licence(
        name="Yelp Dataset Terms of Use",
        url="https://business.yelp.com/data/resources/open-dataset/",
        summary="Academic or other non-commercial use only, after a person has accepted the terms; "
        "no redistribution or display of the data beyond them. Yelp may change or end access.",
        redistribution=False,
        commercial=False,
    ),
    citation="""@misc{yelp_open_dataset,
  author       = {{Yelp Inc.}},
  title        = {Yelp Open Dataset},
  howpublished = {https://www.yelp.com/dataset}
}""",
    remotes=tuple(Remote(name, access="manual") for name in ARCHIVES),
    files=(
        RawFile(
            "review",
            "yelp_academic_dataset_review.json",
            packed_in=ARCHIVES,
            rows=6_990_280,
            example='{"review_id":"…","user_id":"…","business_id":"…","stars":5.0,"date":"2018-07-07 '
            '22:09:11","text":"…"}',
            cut=Cut(
                ("interactions",),
                r"""(?=.*"user_id")(?=.*"business_id")(?=.*"stars")(?=.*"date")\{""",
            ),
        ),
        RawFile(
            "business",
            "yelp_academic_dataset_business.json",
            packed_in=ARCHIVES,
            rows=150_346,
            example='{"business_id":"…","name":"…","city":"…","attributes":{…},"categories":"Food, Bars"}',
            cut=Cut(("items",), r"""(?=.*"business_id")(?=.*"name")(?=.*"city")\{"""),
        ),
    ),
    columns=column_names(
        interactions="user_id item_id rating timestamp event text",
        items="item_id title categories attributes",
    ),
    scale=Scale(low=1.0, high=5.0, step=1.0, liked=4.0, disliked=2.0),
    ids={"user_id": "[A-Za-z0-9_-]+", "item_id": "[A-Za-z0-9_-]+"},
    times=("2004-01-01", "2029-12-31"),
    readers=Readers(interactions=interactions, items=items),
    by_hand=(
        "1. Open https://business.yelp.com/data/resources/open-dataset/, read the Dataset Terms of "
        "Use and accept them.\n"
        "2. Download the JSON archive, Yelp-JSON.zip. Yelp's own copy on Kaggle, "
        "yelp-dataset/yelp-dataset, serves as well.\n"
        "3. Put Yelp-JSON.zip, or the yelp_dataset.tar in it, or Kaggle's yelp-dataset.zip, or the "
        "files yelp_academic_dataset_review.json and yelp_academic_dataset_business.json, into "
        "<data_dir>/yelp/."
    ),
    # Names of businesses repeat: works are told apart by id.
    options={
        "capitals": True,
        "work": "id",
        "broad_categories": BROAD,
        "private_categories": PRIVATE,
        "town_in_title": True,
        "several": {"categories": 0.8},
        "id_signs": 22,
        "id_forms": dict.fromkeys(("user_id", "item_id"), ("[A-Za-z0-9_-]{22}", 0)),
    },
)
