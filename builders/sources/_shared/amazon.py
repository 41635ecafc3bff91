"""The official files of Amazon Reviews 2023 for twelve categories: size, SHA-256, records of each.

The Hub stores them through Git LFS, whose object id is the SHA-256 of the file. [LFS pointers of
McAuley-Lab/Amazon-Reviews-2023 at the revision named here; reviews: the table of the project site;
records of metadata, where known: the Hub card]
"""

from __future__ import annotations

REVISION = "2b6d039ed471f2ba5fd2acb718bf33b0a7e5598e"
"""The last official commit known of the Hub repository (8 December 2024)."""

CATEGORIES = (
    "All_Beauty",
    "Amazon_Fashion",
    "Appliances",
    "Arts_Crafts_and_Sewing",
    "Baby_Products",
    "CDs_and_Vinyl",
    "Grocery_and_Gourmet_Food",
    "Home_and_Kitchen",
    "Industrial_and_Scientific",
    "Musical_Instruments",
    "Software",
    "Video_Games",
)

RATINGS: dict[str, tuple[int, str, int | None]] = {
    "All_Beauty": (
        40_249_617,
        "2b3cdf7687851496e194cc3a275b1f89f19cd24d7e8b9860a4676ff9b8f795fb",
        None,
    ),
    "Amazon_Fashion": (
        143_516_279,
        "083d36187a84a0d1882e66afd0d446898fe43075f51446d9e001432d931d3b37",
        None,
    ),
    "Appliances": (
        122_031_836,
        "14b14b7c6d916fe09db8472cbbb4358c139b04b6eb622303b60b76942d3097e5",
        None,
    ),
    "Arts_Crafts_and_Sewing": (
        512_822_964,
        "2c83c878bb720d0851b9520e456a3884ca04684f7577cbde05cd3d4d310d7d8d",
        None,
    ),
    "Baby_Products": (
        345_334_991,
        "1f335a5ade29a7dfc808b7bca7a5263aa2ad08fbc3ab2950f0962292c324e8a4",
        None,
    ),
    "CDs_and_Vinyl": (
        276_598_429,
        "26b17d5371b44c0afe4d0795f4dc0cc63f5f80f49dc931b0a59f18ee0f10e4d1",
        None,
    ),
    "Grocery_and_Gourmet_Food": (
        816_717_436,
        "acee9163d49fe5d1b556419ba37f1384a1d2dadd18eb4592790b87c7e6891b9f",
        None,
    ),
    "Home_and_Kitchen": (
        3_864_227_732,
        "246d7f72379efd7be713bd931f50dc56f49f4a395d9c24804e7385bfbc16cc01",
        None,
    ),
    "Industrial_and_Scientific": (
        296_737_778,
        "8ac75135659eb03101cb82ac3898babae826b97d5af6cf148309db179e79e698",
        None,
    ),
    "Musical_Instruments": (
        172_583_864,
        "315ce8178dbc3f0ecd48eaa1b5233e228bbb8e3a86ab6ca11439976eafbb5209",
        None,
    ),
    "Software": (
        280_051_257,
        "2491500958015942b6be299788ec173ad626959d43cafecb96fc5bf40018dc15",
        None,
    ),
    "Video_Games": (
        264_209_546,
        "1216270fdd163d085bd3efe2d98f4850f408e5a201edd37d74f9d86b74418746",
        None,
    ),
}
"""`benchmark/0core/rating_only/<category>.csv`: bytes, SHA-256, rows."""

REVIEWS: dict[str, tuple[int, str, int | None]] = {
    "All_Beauty": (
        326_611_506,
        "36ca7c48440a8247b2dca0174d095238422b506a8a80c114dca722b7715f1c94",
        701_528,
    ),
    "Amazon_Fashion": (
        1_051_324_731,
        "e597b3ce6cbb2f9994a32e0eee6bb04fdae50725f2d49c89f6baef1a7b986c57",
        2_500_939,
    ),
    "Appliances": (
        929_451_412,
        "d9dd03aa9be0c8e6fea66d8ce99a7e5b359e272d6323186c1aa80f6d36af1dab",
        2_128_605,
    ),
    "Arts_Crafts_and_Sewing": (
        3_945_063_799,
        "e2f6698cdb0c1f712e38718e02efc1b74641c31bf6745be14af85583399e74df",
        8_966_758,
    ),
    "Baby_Products": (
        2_947_785_967,
        "5ab12d566ebc1162d5a197721d4da787261e036455d054ad8d858af7380e0a45",
        6_028_884,
    ),
    "CDs_and_Vinyl": (
        3_287_195_043,
        "4692a40ee4b9bcc5f7ee58edeffb211138e02641c3fdfd55f77843430cb34cbc",
        4_827_273,
    ),
    "Grocery_and_Gourmet_Food": (
        5_973_991_903,
        "bd68ea63cd101de7a0f8ae53896a0ce6b4d1d61fdef63cc02fad303e5f1244c6",
        14_318_520,
    ),
    "Home_and_Kitchen": (
        31_408_889_188,
        "88f2ed8cda172b18201a9d8577ab461255b9ecec99581c1ee05c5e1b4105262b",
        67_409_944,
    ),
    "Industrial_and_Scientific": (
        2_347_015_351,
        "361f68c9535f038fab119099e79207099bee60b2cd7a98246c36b3b12c7aa678",
        5_183_005,
    ),
    "Musical_Instruments": (
        1_557_845_107,
        "63aee24d5b9eaf0069cf638703e2d62eb80fde5d2c00ca3d29881d645f6214b3",
        3_017_439,
    ),
    "Software": (
        1_869_151_448,
        "dc119f99c466a39a09e2513c9e48eb5821fb42b1459f3026bcf71b08e6770741",
        4_880_181,
    ),
    "Video_Games": (
        2_682_948_518,
        "7bde9e0a039bdb321e993bfe78a6c7d438fb1504b1ad152c0cb6a33a8b7cb26a",
        4_624_615,
    ),
}
"""`raw/review_categories/<category>.jsonl`: bytes, SHA-256, records."""

METADATA: dict[str, tuple[int, str, int | None]] = {
    "All_Beauty": (
        212_990_142,
        "1cfbdf6d2ccf9c3ac52a4508b15f31f8f340508a245b65c3e3b5f461e06e97ef",
        112_590,
    ),
    "Amazon_Fashion": (
        1_422_365_805,
        "629dde620a4001934a8af705f6e5514a1b2d349720c26876ee803b90051a62df",
        None,
    ),
    "Appliances": (
        285_298_475,
        "b25ae892af7bc452c4a54b7e4fee52f4c3e9adf058768ca3cb07ecb8d328b41e",
        94_327,
    ),
    "Arts_Crafts_and_Sewing": (
        2_170_215_242,
        "b3dd463e900a76599494927a7e991a62660e4d5c47c3f6c4797e9dae9a65837b",
        801_446,
    ),
    "Baby_Products": (
        691_003_271,
        "40250b693fc748cc0f24a5a2e762faa71e69aec4a9b934f625fd609f7cda6d7e",
        None,
    ),
    "CDs_and_Vinyl": (
        948_861_684,
        "c52275a5bce63bf293f987bff5ff1f2b268982797545f3df2b7662ab638e8aec",
        None,
    ),
    "Grocery_and_Gourmet_Food": (
        1_382_105_675,
        "ed9b24ea707f7010b5cb321462a8e896ad1fcd59620fbc55f05084c3da59842e",
        None,
    ),
    "Home_and_Kitchen": (
        11_788_767_944,
        "691353084748d985180deb13dc8de59afe4969933ad3692ea06b80460510aa56",
        None,
    ),
    "Industrial_and_Scientific": (
        1_130_006_344,
        "114fcde36f6205bde5d0ebed24613a35e475aa06b285011ed1e892dc26da3942",
        427_564,
    ),
    "Musical_Instruments": (
        631_877_970,
        "96f40b5440918f07e3e08e84b7a6874a06a5e32a9988998ca9520cfd1b51a12c",
        213_593,
    ),
    "Software": (
        256_220_771,
        "7c52cce1bf3bff33f965fe117e3e8fac18a1839f88b215efa50b31a8230a5f58",
        None,
    ),
    "Video_Games": (
        437_375_785,
        "3ad94dfaa8dfed23c5f420aa9ddec415d00f2b8ec9f2d796f487b4b2c4d256de",
        None,
    ),
}
"""`raw/meta_categories/meta_<category>.jsonl`: bytes, SHA-256, records."""
