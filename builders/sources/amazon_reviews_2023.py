"""Amazon Reviews 2023: reviews of products in twelve shop categories, May 1996 to September 2023.

Layout: JSON Lines in UTF-8, a file of reviews and a file of metadata for each category; the id-only
files (CSV, `user_id,parent_asin,rating,timestamp`, no quoting) say who rated what and when. Times
are milliseconds. Products are joined by `parent_asin`: metadata have no `asin`.
[Hub card of McAuley-Lab/Amazon-Reviews-2023; data processing pages of its project site]

Facet `base` reads the id-only file, `text` the reviews themselves. The official rule for repeated
reviews, the earliest of each user and product, is left to whoever sorts: a store's users get one
event for each work. The id-only files already follow it.

Some user ids end in `_1` or `_2`, in all of these files (15 of the 253 in the 5-core of All_Beauty).
Where two ids differ in that alone, so far as they review the same products their reviews are the
same, to the millisecond and the word: one person, who as two would count twice and stand in two
splits. Ids are read without that ending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from itdr.builders.core import duckdb_csv, emptied, numbers
from itdr.builders.core.reasons import EMPTY_ID, NO_RATING, NO_RECORD, NO_TIME, WRONG_TYPE
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
from itdr.builders.core.text import readable_domain
from itdr.builders.sources._formats import validate
from itdr.builders.sources._formats.jsonlines import (
    all_null_sql,
    integer_json_sql,
    no_object_sql,
    no_prose_sql,
    no_text_sql,
    no_texts_sql,
    object_sql,
    prose_sql,
    read_json,
    require_json_lines,
    texts_sql,
    unread_json_sql,
)
from itdr.builders.sources._formats.text import MISSING, SELLERS_NOTE, clean_sql, clean_value_sql
from itdr.builders.sources._shared.amazon import CATEGORIES, METADATA, RATINGS, REVIEWS, REVISION
from itdr.builders.sources._shared.own_texts import (
    require_own_products,
    require_own_texts,
)

if TYPE_CHECKING:
    import duckdb

    from itdr.builders.core.raw_files import Raw

TIME_KEYS = ("timestamp", "sort_timestamp", "sortTimestamp")
"""The key of the time in the official files, and in early samples and scripts."""

DETAILS = {
    "Brand": "Brand",
    "Color": "Color",
    "Material": "Material",
    "Style": "Style",
    "Size": "Size",
    "Item Form": "Form",
    "Scent": "Scent",
    "Flavor": "Flavor",
    "Skin Type": "Skin type",
    "Hair Type": "Hair type",
    "Age Range (Description)": "Age range",
    "Department": "Department",
    "Theme": "Theme",
    "Occasion": "Occasion",
    "Pattern": "Pattern",
    "Special Feature": "Special feature",
    "Recommended Uses For Product": "Recommended for",
    "Diet Type": "Diet type",
    "Power Source": "Power source",
    "Platform": "Platform",
    "Rated": "Rated",
    "Label": "Label",
}
"""Keys of `details` that are kept, and the names under which they are shown."""
MAX_VALUE_CHARS = 80
"""Characters of an attribute's value; longer ones are texts, not attributes."""
MAX_ATTRIBUTES = 10
"""Attributes of one product."""
NO_BRAND = (*MISSING, "generic", "unbranded", "no brand")
TITLED = ("CDs_and_Vinyl", "Software", "Video_Games")
"""Categories of works, whose title may be that of their artist, or one word in odd letters."""
DECIMAL_COMMA = "'[0-9]+,[0-9]{1,2}'"
"""SQL for a number that another program wrote, such as "3,69"; shops write "1,299"."""
NAMES_NO_PRODUCT = "title names no product"


def interactions(raw: Raw) -> duckdb.DuckDBPyRelation:
    """One `review` event per review of one category; with its text in the facet `text`."""
    return _reviews(raw) if raw.facet == "text" else _ratings(raw)


def _ratings(raw: Raw) -> duckdb.DuckDBPyRelation:
    path = raw.path(f"ratings/{raw.domain}")
    kinds = {
        "user_id": "VARCHAR", "parent_asin": "VARCHAR", "rating": "FLOAT", "timestamp": "VARCHAR",
    }  # fmt: skip
    header = validate.require_header(path, tuple(kinds))
    validate.require_final_newline(path, r"^\w+,\w+,\d(\.\d)?,([89]\d{11}|1\d{12})$")
    types = {name: kinds.get(name, "VARCHAR") for name in header}
    lines = duckdb_csv.read_plain(path, "interactions", types, delimiter=",")
    return raw.con.sql(
        f"""
        SELECT {_person("user_id")} AS user_id, item AS item_id, rating,
            seconds AS "timestamp", 'review' AS event, CAST(NULL AS VARCHAR) AS text,
            {duckdb_csv.literal(raw.domain)} AS domain,
            CASE
                WHEN more IS NOT NULL THEN {duckdb_csv.too_many_sql()}
                {_REJECTED}
            END AS reject
        FROM (SELECT *, {duckdb_csv.epoch_seconds("number")} AS seconds
            FROM (SELECT user_id, parent_asin AS item, rating, more, "timestamp" AS time,
                {numbers.integer_sql('"timestamp"')} AS number FROM {lines}))
        """
    )


def _reviews(raw: Raw) -> duckdb.DuckDBPyRelation:
    path = raw.path(f"reviews/{raw.domain}")
    needed = ("user_id", "parent_asin", "rating", "text")
    require_json_lines(path, needed, once=(*needed, "title", *TIME_KEYS))
    require_own_texts(path)
    keys = ("user_id", "parent_asin", "title", "text", "rating", *TIME_KEYS)
    types = dict.fromkeys(keys, "VARCHAR")
    no_text = f"{no_prose_sql('stated', 'text')} OR {no_prose_sql('stated_title', 'title')}"
    return raw.con.sql(
        f"""
        SELECT user_id, item AS item_id, rating, seconds AS "timestamp",
            'review' AS event, coalesce({clean_sql("text")}, {clean_sql("title")}) AS text,
            {emptied.emptied_sql(text=no_text)} AS emptied,
            {duckdb_csv.literal(raw.domain)} AS domain,
            CASE
                WHEN broken THEN '{NO_RECORD}'
                WHEN {no_text_sql("user_id", "item")} THEN '{WRONG_TYPE}'
                {_REJECTED}
            END AS reject
        FROM (SELECT *, {duckdb_csv.epoch_seconds("number")} AS seconds FROM (
            SELECT nullif({_person("user_id")}, '') AS user_id, nullif(trim(parent_asin), '') AS item,
                TRY_CAST(rating AS FLOAT) AS rating, {prose_sql("text")} AS text,
                {prose_sql("title")} AS title, text AS stated, title AS stated_title, time,
                {integer_json_sql("time")} AS number, broken
            FROM (SELECT *, coalesce({", ".join(TIME_KEYS)}) AS time,
                {all_null_sql(list(types))} AS broken FROM {read_json(path, types)})
        ))
        """
    )


_REJECTED = f"""
                WHEN user_id IS NULL OR item IS NULL THEN '{EMPTY_ID}'
                WHEN rating IS NULL THEN '{NO_RATING}'
                WHEN seconds IS NULL
                    THEN coalesce({unread_json_sql("time", "number")}, '{NO_TIME}')"""


def _person(user: str) -> str:
    """A user id without its numeric suffix. Few have one, and searching for it takes long."""
    user = f"trim({user})"
    bare = f"regexp_replace({user}, '(.)_[0-9]+$', '\\1')"
    return f"CASE WHEN contains({user}, '_') THEN {bare} ELSE {user} END"


def items(raw: Raw) -> duckdb.DuckDBPyRelation:
    """Products of one category. A product without a title is kept, with a null title."""
    path = raw.path(f"metadata/{raw.domain}")
    require_json_lines(path, ("parent_asin", "title"), nested=("details",))
    if raw.has(f"reviews/{raw.domain}"):
        require_own_products(path, raw.path(f"reviews/{raw.domain}"))
    types = {
        **dict.fromkeys(("parent_asin", "main_category"), "VARCHAR"),
        **dict.fromkeys(
            ("title", "store", "price", "features", "description", "categories", "details"), "JSON"
        ),
    }
    lists = ", ".join(
        f"{texts_sql(name)} AS {name}" for name in ("features", "description", "categories")
    )
    # What is one text in the official files may come as a list of one.
    only = "list_transform([{}], lambda l: CASE WHEN len(l) = 1 THEN l[1] END)[1] AS {}"
    single = ", ".join(only.format(texts_sql(name), name) for name in ("title", "store", "price"))
    keys = ", ".join(duckdb_csv.literal(f'$."{key}"') for key in DETAILS)
    unread = {name: no_texts_sql(name) for name in ("features", "description", "categories")}
    for name in ("title", "store"):
        several = f"coalesce(len({texts_sql(name)}) > 1, false)"
        unread[name] = f"json_type({name}) IN ('OBJECT', 'BOOLEAN') OR {several}"
    comma = f"regexp_full_match(json_extract_string(price, '$'), {DECIMAL_COMMA})"
    unread["price"] = f"json_type(price) = 'OBJECT' OR try_cast(price AS DOUBLE) <= 0 OR {comma}"
    unread["details"] = no_object_sql("details")
    nameless = "false" if raw.domain in TITLED else _names_no_product("texts[1]", "found[1]")
    # Each text is cleaned once, in lists; later steps only pick from them.
    return raw.con.sql(
        f"""
        WITH records AS (
            SELECT *, list_transform(json_extract_string(details, [{keys}]),
                lambda v: CASE WHEN left(v, 1) NOT IN ('{{', '[') THEN v END) AS found
            FROM (
                SELECT parent_asin, main_category, {lists}, {single}, {object_sql("details")} AS details,
                    {emptied.emptied_sql(**unread)} AS emptied,
                    {all_null_sql(list(types))} AS broken
                FROM {read_json(path, types)}
            )
        ), cleaned AS (
            SELECT parent_asin, broken, emptied, {_price("price")} AS price,
                list_transform([{_without_note("title")}, array_to_string(description, ' ')],
                    lambda t: {clean_sql("t")}) AS texts,
                list_transform({_tree(raw)}, lambda c: {clean_sql("c")}) AS path,
                list_filter(list_transform(features, lambda f: {clean_sql("f")}),
                    lambda f: length(f) <= {MAX_VALUE_CHARS})[1:3] AS points,
                list_transform(list_prepend({_BRAND}, found),
                    lambda v: {clean_value_sql("v", NO_BRAND)}) AS found
            FROM records
        )
        SELECT nullif(trim(parent_asin), '') AS item_id, CASE WHEN NOT {nameless} THEN texts[1] END AS title,
            list_filter(coalesce(path, CAST([] AS VARCHAR[])),
                lambda c, place: c IS NOT NULL AND list_position(path, c) = place) AS categories,
            list_filter([found[1]], lambda b: b IS NOT NULL) AS creators,
            texts[2] AS description, {_ATTRIBUTES} AS attributes,
            {duckdb_csv.literal(raw.domain)} AS domain,
            nullif(concat_ws('{emptied.AND}', emptied, CASE WHEN {nameless} THEN '{NAMES_NO_PRODUCT}' END), '')
                AS emptied,
            CASE WHEN broken THEN '{NO_RECORD}'
                WHEN {no_text_sql("parent_asin")} THEN '{WRONG_TYPE}'
                WHEN nullif(trim(parent_asin), '') IS NULL THEN '{EMPTY_ID}' END AS reject
        FROM cleaned
        """
    )


# The brand or artist, without the format that stands behind an artist ("… Format: Audio CD").
_BRAND = (
    "coalesce(nullif(regexp_replace(store, '\\s+Format: .*$', ''), ''), "
    "json_extract_string(details, '$.Brand'))"
)


def _names_no_product(title: str, brand: str) -> str:
    """SQL condition: a title names no product. It is the brand, or one word in mixed case, as only names
    are written ("BFWood"); in capitals alone, a word may be a product ("SUNSCREEN")."""
    inner_capital = f"regexp_full_match({title}, '[A-Za-z][a-z]*[A-Z][A-Za-z]*')"
    word = f"({inner_capital} AND {title} <> upper({title}))"
    return f"coalesce(lower({title}) = lower({brand}) OR {word}, false)"


def _tree(raw: Raw) -> str:
    """The path of categories without its root, which is the file's category (or the store front) and the
    same for all; a path that is only the root stays.
    """
    root = readable_domain(raw.domain)
    roots = f"({duckdb_csv.literal(root)}, main_category)"
    return (
        f"CASE WHEN len(categories) > 1 AND categories[1] IN {roots} "
        "THEN categories[2:] ELSE categories END"
    )


def _without_note(title: str) -> str:
    """A title without a seller's note, and without a bracket that was never opened ("BRAND] Balm"); a
    blank stands behind its commas and none before, but for those of numbers, and none within brackets."""
    bare = f"regexp_replace({title}, {duckdb_csv.literal(SELLERS_NOTE)}, '')"
    bare = f"regexp_replace({bare}, '^[^\\[\\]]{{1,40}}\\] *', '')"
    bare = f"regexp_replace({bare}, '(?: *[,，])+ *([^0-9 ,，])', ', \\1', 'g')"
    return f"regexp_replace(regexp_replace({bare}, '([(\\[]) +', '\\1', 'g'), ' +([)\\]])', '\\1', 'g')"


def _price(column: str) -> str:
    """A number as dollars; a text such as "from 14.99" unchanged, if it contains a digit and is no number
    with a decimal comma."""
    number = f"try_cast({column} AS DOUBLE)"
    return (
        f"CASE WHEN {number} > 0 AND isfinite({number}) THEN printf('$%.2f', {number}) WHEN {number} IS NULL "
        f"AND regexp_matches({column}, '[0-9]') AND NOT regexp_full_match({column}, {DECIMAL_COMMA}) "
        f"THEN {clean_sql(column)} END"
    )


def _attributes() -> str:
    """Selected details (the brand not again where it is the creator), price, selling points."""
    names = ", ".join(duckdb_csv.literal(label) for label in DETAILS.values())
    details = (
        f"list_transform(found[2:], lambda v, place: {{'name': [{names}][place], 'value': "
        f"CASE WHEN length(v) <= {MAX_VALUE_CHARS} AND (place > 1 OR v <> found[1]) THEN v END}})"
    )
    others = (
        "[{'name': 'Price', 'value': price}, "
        "{'name': 'Features', 'value': nullif(array_to_string(points, '; '), '')}]"
    )
    valued = "lambda a: a.value IS NOT NULL"
    return (
        f"list_concat(list_filter(coalesce({details}, []), {valued})[1:{MAX_ATTRIBUTES - 2}], "
        f"list_filter({others}, {valued}))"
    )


_ATTRIBUTES = _attributes()


HUB = f"https://huggingface.co/datasets/McAuley-Lab/Amazon-Reviews-2023/resolve/{REVISION}/"
SITES = (
    "https://mcauleylab.ucsd.edu/public_datasets/data/amazon_2023/",
    "https://datarepo.eng.ucsd.edu/mcauley_group/data/amazon_2023/",
)


def _remote(name: str, size: int, digits: str) -> Remote:
    """One file: as it is on the Hub, as `.gz` on the project's sites.

    The checksum is of the plain file, hence of the decompressed stream of either.
    """
    urls = (HUB + name, *(f"{site}{name}.gz" for site in SITES))
    return Remote(name, urls, size=size, plain_checksum=f"sha256:{digits}")


def _declared(category: str) -> list[tuple[RawFile, Remote]]:
    lines = Cut(("interactions",), ".", header=True)
    reviews = Cut(("interactions",), r"""(?=.*"user_id")(?=.*"parent_asin")(?=.*"rating")\{""")
    products = Cut(("items",), r"""(?=.*"parent_asin")(?=.*"title")\{""")
    examples = {
        "ratings": "user_id,parent_asin,rating,timestamp",
        "reviews": '{"rating":5.0,"title":"…","text":"…","asin":"…","parent_asin":"…","user_id":"…",'
        '"timestamp":1588687728923,…}',
        "metadata": '{"main_category":"…","title":"…","price":9.99,"categories":[…],"details":{…},'
        '"parent_asin":"…",…}',
    }
    kinds = (
        ("ratings", "benchmark/0core/rating_only/{}.csv", RATINGS, ("base",), lines),
        ("reviews", "raw/review_categories/{}.jsonl", REVIEWS, ("text",), reviews),
        ("metadata", "raw/meta_categories/meta_{}.jsonl", METADATA, ("base", "text"), products),
    )
    pairs = []
    for kind, form, table, facets, cut in kinds:
        name = form.format(category)
        size, digits, rows = table[category]
        file = RawFile(
            key=f"{kind}/{category}",
            name=name,
            # A 5-core file placed by hand serves as well: the same columns, fewer users and items.
            aliases=(name.replace("0core", "5core"),) if kind == "ratings" else (),
            size=size,
            checksum=f"sha256:{digits}",
            rows=rows,
            facets=facets,
            domain=category,
            cut=cut,
            example=examples[kind],
        )
        pairs.append((file, _remote(name, size, digits)))
    return pairs


_DECLARED = [pair for category in CATEGORIES for pair in _declared(category)]

SOURCE = Source(
    id="amazon-reviews-2023",
    title="Amazon Reviews 2023",
    domain="products",
    words="products",
    homepage="https://amazon-reviews-2023.github.io/",
    licence=Licence(
        name="none stated",
        url="https://huggingface.co/datasets/McAuley-Lab/Amazon-Reviews-2023",
        summary=(
            "Neither the site nor the Hub card states a licence for the data (the code is MIT). "
            "Use it for research, cite the paper, and link to it instead of handing it on."
        ),
        redistribution=False,
        commercial=False,
    ),
    citation="""@article{hou2024bridging,
  author  = {Yupeng Hou and Jiacheng Li and Zhankui He and An Yan and Xiusi Chen and
             Julian McAuley},
  title   = {Bridging Language and Items for Retrieval and Recommendation},
  journal = {arXiv preprint arXiv:2403.03952},
  year    = {2024}
}""",
    remotes=tuple(remote for _, remote in _DECLARED),
    files=tuple(file for file, _ in _DECLARED),
    columns=column_names(
        interactions="user_id item_id rating timestamp event text domain",
        items="item_id title categories creators description attributes domain",
    ),
    scale=Scale(low=1.0, high=5.0, step=1.0, liked=4.0, disliked=2.0),
    ids={"user_id": "[A-Z0-9_]+", "item_id": "[A-Z0-9]+"},
    times=("1996-01-01", "2023-12-31"),
    readers=Readers(interactions=interactions, items=items),
    version=2,
    domains=CATEGORIES,
    by_hand=(
        "1. Open https://huggingface.co/datasets/McAuley-Lab/Amazon-Reviews-2023/tree/main (no "
        "account needed; no licence is stated, cite the paper).\n"
        "2. For each category that you want, say All_Beauty, download "
        "benchmark/0core/rating_only/All_Beauty.csv and raw/meta_categories/meta_All_Beauty.jsonl; "
        "for target_user_identification also raw/review_categories/All_Beauty.jsonl. The .gz files "
        "of https://amazon-reviews-2023.github.io/ serve as well, and a 5-core file in place of "
        "the 0-core one.\n"
        "3. Put them into <data_dir>/amazon-reviews-2023/, in the same folders as there."
    ),
    options={
        # Train before the first, test from the second: the official cuts (seconds).
        "time_cuts": (1_628_643_414, 1_658_002_729),
        "user_signs": 28,
        "id_forms": {
            "user_id": ("A[A-Z0-9]{27}(?:_[0-9]+)?", 0.001),
            "item_id": ("[A-Z0-9]{10}", 0.001),
        },
        "check_digits": 0.05,
    },
)
