"""The sentences of interest profiles on what is liked.

`[a|b]` is one of several ways to put it, drawn each time; an empty one leaves the words out. `{L}` is
a value, and a sentence serves only where all its values are there. `<L:is|are>` agrees with the number
of that value. A group whose name ends in `/rated` or `/hours` adds to the one without where ratings,
or hours, tell likes from dislikes.

L: what is liked, LI: items of it, LF: "a horror" (before "fan"), L1, L2: the first two likes, T, T2:
displayed titles that show them; M, MI: makers, items by them, TM: titles by them; D, DI, DT: the same
for dislikes; W: what is liked less strongly than L; X: a mixed taste, XT, XF: a title that worked, and
one that failed; P, PI: a liked trait, items of it, C: disliked titles that have it, E: liked titles with
the first disliked one; S, SI, ST: what displayed likes share, Z, ZI, ZT: what they share beside a claim;
Q, QI, QT: what displayed dislikes share; A, B: all displayed likes, and dislikes; V: what the displayed
likes are; kind: the domain's word for a category; makers, first, last: who made the displayed likes.
nA, nB, nT, nS, nQ, nZ: how many, in letters; aA, aB: "all three", eA, eB: "all", or "both" of two.
"""

from __future__ import annotations

LIKES: dict[str, tuple[str, ...]] = {
    # A lift of 2 or more: this user goes for it far more than others do.
    "clear": (
        "[This|The] {person} [has a clear taste for|is clearly drawn to|has a marked preference for|"
        "is strongly attracted to|shows a firm preference for] {L}.",
        "[A pronounced|A distinct|An evident|An unmistakable] [taste|liking|appetite|weakness] for {L} "
        "[shows|comes through] in the {items} that this {person} {liked}.",
        "Here is {a_person} with [a pronounced|a strong|an obvious] [bent for|inclination towards|"
        "taste for] {L}.",
        "[By the look of it|On this evidence|Going by the list|From what is listed], this is {LF} fan.",
        "[Far|Much|Distinctly] more than [most {people}|other {people}|the usual {person}], this one "
        "[goes for|takes to|is fond of] {L}.",
        "Set beside other {people}, this one is unusually [fond of|keen on|partial to] {L}.",
        "The pull of {L} is [hard to miss|plain|easy to see] [here|in these choices].",
        "[Compare this {person} with others|Put this list beside those of others], and {L} "
        "<L:stands|stand> out [at once|straight away|clearly].",
        "{L} <L:has|have> a firm place in this {person}'s affections.",
        "[Offer|Hand|Give] this {person} {L}, and the odds of [a hit|success] are good.",
        "One thing is [clear|plain|certain] about this {person}: {L} <L:appeals|appeal> to them.",
        "If one had to recommend {a_item} to this {person}, {L} would be [a safe place to start|the "
        "first place to look|the obvious choice].",
        "[Tastes differ, and this {person}'s runs to|What emerges is a liking for] {L}.",
        "It does not take long to see what [sets this {person} apart|this {person} favours]: {L}.",
        "With {L}, this {person} is [an easy audience|easily won over][|, more easily than most].",
        "Few {people} [go for|take to] {L} the way this one does.",
    ),
    "clear/rated": (
        "[High marks|Top ratings|Good ratings] go to {L} [unusually often|far more often than usual|"
        "again and again] with this {person}.",
        "{L} <L:earns|earn> this {person}'s praise [more often than most|with striking frequency|time "
        "after time].",
        "[This|The] {person} [loves|really enjoys|is very fond of] {L}.",
    ),
    "clear/hours": (
        "[This|The] {person} [puts in the hours|stays for the long run|settles in] when it comes to {L}.",
        "{L} <L:is|are> what [keeps this {person} at the screen|holds this {person}'s attention].",
        "Long hours go into {LI} with this {person}, [far more than usual|well beyond what others put "
        "in].",
        "This {person} [sticks with|does not tire of] {LI} when others have long stopped.",
    ),
    # … and it is a good part of the list.
    "heavy": (
        "{L} <L:runs|run> like a thread through the {items} that this {person} {liked}.",
        "What this {person} {liked} [leans heavily on|tilts strongly towards|is weighted towards] {L}.",
        "This is {a_person} who [keeps coming back to|keeps returning to|has a lot of time for] {L}.",
        "[Look at|Go through] what this {person} {liked}, and {L} <L:stands|stand> out [at once|"
        "straight away|clearly].",
        "[Plenty of|A lot of] {L} can be found among the {items} that this {person} {liked}.",
        "[Someone|Somebody] who [cares for|is devoted to|is taken with] {L}: so much can be said about "
        "this {person}.",
        "{L} <L:is|are> [home ground for this {person}|what this {person} gravitates towards|where "
        "this {person} feels at home].",
        "This {person} [knows what they like|is not hard to read]: {L}.",
        "When {a_item} wins this {person} over, {L} <L:is|are> often involved.",
        "[There is a theme to|A theme connects] what this {person} {liked}: {L}.",
    ),
    # … though it is a small part of the list.
    "niche": (
        "A small but telling part of what this {person} {liked} [is|falls under the heading of] {L}.",
        "[More than others|Unlike most {people}], this one [makes room for|has time for|finds much in] "
        "{L}[, among much else|].",
        "{L} <L:is|are> [a speciality|a quiet passion|something of a sideline] of this {person}.",
        "[What sets this {person} apart is|The unusual thing about this {person} is] a liking for {L}.",
        "{L} may not fill this {person}'s list, but other {people} have less of it.",
    ),
    # More than half of the likes are of this one kind.
    "most": (
        "Most of what this {person} {liked} [is of one kind|has one thing in common]: {LI}.",
        "[More than half|The greater part] of the {items} this {person} {liked} are {LI}.",
        "{LI} make up [most|the larger part|more than half] of what this {person} {liked}.",
        "[Above all|First and foremost], this {person} goes for {LI}.",
    ),
    # … far more than half.
    "ruling": (
        "This {person}'s list is dominated by {LI}.",
        "The bulk of what this {person} {liked} [is of one kind|has one thing in common]: {LI}.",
    ),
    # Likes of a lift below 2, beside clear ones. (No "less" in one clause with what is liked: scoring
    # takes that for a dislike.)
    "weaker": (
        "To a lesser degree, they are drawn to {W}, too.",
        "{W} <W:comes|come> [next|after that], [at some distance|with a weaker pull].",
        "[Beside that|In addition], there is [a weaker|a fainter] liking for {W}.",
        "{W} <W:appeals|appeal> to them as well, though [less strongly|less clearly].",
        "They lean towards {W}, too, [though less clearly|but less so].",
    ),
    # A lift below 2.
    "lean": (
        "[This|The] {person} [seems to lean|leans|tends|inclines] towards {L}.",
        "[There is|One can make out|A closer look shows] [a leaning|an inclination|a tilt|a certain "
        "bias] towards {L} in what this {person} {liked}.",
        "{L} <L:seems|seem> to [suit|agree with] this {person} [rather well|better than usual].",
        "[This|The] {person} [has a soft spot for|is partial to|has a certain fondness for] {L}.",
        "If this {person} has a [favourite corner|preferred direction], it is probably {L}.",
        "{LI} make up more than the usual share of what this {person} {liked}.",
        "[Without being exclusive about it|Without making it a rule], this {person} [favours|prefers] "
        "{L}.",
        "{LI} do [rather|fairly|comparatively] well with this {person}.",
        "One might [describe this as|call this] a taste that leans towards {L}.",
        "[Among other things|Among much else], this {person} [likes|enjoys] {L}.",
        "{L} <L:comes|come> up with this {person} more often than chance would have it.",
        "{L} <L:turns|turn> up more often than one would expect among the {items} that this {person} "
        "{liked}.",
        "More than other {people}, this one [goes for|is taken with|warms to] {L}.",
        "This {person}'s choices tip towards {L}.",
        "A [moderate|fair] preference for {L} [shows|can be made out] in the {items} that this {person} "
        "{liked}.",
        "{L} <L:gets|get> more favour from this {person} than from others.",
    ),
    "lean/hours": (
        "This {person} stays longer than others with {LI}.",
        "{LI} [keep|hold] this {person} longer than they do others.",
    ),
    # … of a lift below 1.6.
    "lean_slight": (
        "{L} <L:turns|turn> up a little more often than one would expect among the {items} that this "
        "{person} {liked}.",
        "[Somewhat|A bit] more than other {people}, this one [goes for|is taken with|warms to] {L}.",
        "This {person}'s choices tip [gently|slightly|somewhat] towards {L}.",
        "[A mild|A quiet] preference for {L} [shows|can be made out] in the {items} that this {person} "
        "{liked}.",
        "The balance of this {person}'s choices [is|lies] [a touch|a little] on the side of {L}.",
        "[Nothing extreme, but|It is a matter of degree, but] {L} <L:gets|get> more favour from this "
        "{person} than from others.",
    ),
    "lean_slight/hours": (
        "This {person} stays [a little|somewhat] longer than others with {LI}.",
        "{LI} [keep|hold] this {person} a little longer than they do others.",
    ),
    # … of a user with varied likes.
    "lean_broad": (
        "[No specialist|Not a specialist by any means|Hardly a purist], but {L} <L:has|have> [an edge|"
        "a head start] with this {person}.",
        "A [fairly|rather] broad taste, with extra weight on {L}.",
        "The taste on display is not narrow, but it [favours|gives preference to] {L}.",
        "This {person} likes [many things|a good many things], {L} rather more than others do.",
    ),
    "lean_broad_slight": (
        "[No specialist|Not a specialist by any means|Hardly a purist], but {L} <L:has|have> a slight "
        "edge with this {person}.",
        "A [fairly|rather] broad taste, with some extra weight on {L}.",
        "The taste on display is not narrow, but it gives some preference to {L}.",
    ),
    # -- makers -------------------------------------------------------------------------------
    "makers": (
        "[This|The] {person} [follows|is loyal to|keeps going back to|keeps up with] the work of {M}.",
        "What stands out is [a loyalty|an attachment|a devotion] to {M}.",
        "{MI} [have found|find] [a faithful|a devoted|a steady] {person} here.",
        "[Show|Give] this {person} {MI}, and [the odds are good|they are likely to be pleased].",
        "[This is|Here is|We are looking at] a fan of {M}.",
        "The {creator} matters here: {MI} have a [firm|special] place with this {person}.",
        "{TM} [say it|are the key]: {M} <M:has|have> a hold on this {person}.",
        "{M} <M:turns|turn> up [again and again|repeatedly] among the {items} this {person} {liked}.",
        "This {person} has found a {creator} to return to: {M}.",
    ),
    "makers_too": (
        "Among {creators}, {M} <M:stands|stand> out.",
        "They [also keep returning to|are also loyal to|also have time for|also follow] {M}.",
        "{M} <M:is a name|are names> they come back to.",
        "As for {creators}, they [favour|prefer|like to go with] {M}.",
        "Where {creators} are concerned, {M} <M:seems|seem> to suit them.",
        "[The {creator} counts as well|Names matter too]: {M} <M:comes|come> up [more than once|"
        "repeatedly].",
        "{MI} [deserve|call for] a mention of their own.",
        "A liking for {M} goes with it, as {TM} show.",
        "[A second constant is|Another constant is] {M}.",
        "{TM} [show|point to] a liking for {M}, too.",
    ),
    # -- what shows it ------------------------------------------------------------------------
    "shown_all": (
        "{aA} of the {items} [listed|shown|given] [fit|bear this out|point that way|are of that "
        "kind].",
        "Each of the {nA} {items} [listed|shown] [fits the pattern|is a case in "
        "point|bears this out].",
        "{A} {eA} [fit the description|belong there|speak for it].",
        "[See|Take|Consider] {A}.",
        "The {nA} {items} [listed|shown] leave little doubt.",
        "{A}: [the list speaks for itself|enough said|none is of another kind].",
    ),
    "shown": (
        "{T} are cases in point.",
        "[Witness|See|Take|Think of] {T}.",
        "{T} [bear this out|show as much|are typical|make the point|are good examples].",
        "{nT} of the {nA} [listed|shown], {T}, [fit|are of that kind|point that way].",
        "[Examples are|Good examples are|Cases in point are] {T}.",
        "[One need only look at|It is enough to look at|Just look at] {T}.",
        "That is what [connects|links] {T}.",
        "[Hence|That explains] {T}.",
    ),
    # Two or more likes, shown by different titles, or by the same ones.
    "shown_each": (
        "{T} stand for {L1}, {T2} for {L2}.",
        "For {L1}, [see|take|look at] {T}; for {L2}, {T2}.",
        "{T} [speak|vouch] for {L1} and {T2} for {L2}.",
    ),
    "shown_both": (
        "{T} [are both at once|combine the two|bring the two together].",
        "[Ideally both come together|The two often meet], as in {T}.",
        "{T} [offer|have] a bit of each.",
        "[See|Take] {T}, which [are both|have both].",
    ),
    # What else the displayed likes have, which need not be a taste.
    "also": (
        "{nZ} of the {nA} {items} shown are {ZI} as well[|, whatever that is worth].",
        "{ZT} are {ZI} besides.",
        "[The list|What is listed] also has {Z}, with {ZT}, [but that is no more than a side note|which "
        "may be chance].",
    ),
    "also_all": (
        "{aA} of the {items} shown are {ZI} as well[|, whatever that is worth].",
        "The {nA} shown are {eA} {ZI}, too, [but that is no more than a side note|which may be "
        "chance].",
    ),
    "makers_vary": (
        "[No {creator} comes up twice|Each has another {creator}], from {first} to {last}.",
        "The {creators} differ: {makers}.",
        "It is not a matter of who made them: {makers} {eA} find a place in the list.",
        "As for {creators}, there is no favourite in the list, which has {makers}.",
    ),
    # -- mixed tastes --------------------------------------------------------------------------
    "mixed": (
        "With {X} it is hit and miss: {XT} worked, {XF} did not.",
        "{X} <X:is|are> a mixed affair: {XT} on one side, {XF} on the other.",
        "They have more to do with {X} than others, [but by no means everything of that kind works|with "
        "uneven results]: {XF} is the other side of {XT}.",
        "{X} <X:cuts|cut> both ways for them, as {XT} and {XF} show.",
        "They keep [coming back to|trying] {X}, [not always with luck|though it does not always pay "
        "off]: {XF} was {disliked}.",
    ),
    "mixed_open": (
        "This {person} [keeps trying|keeps coming back to] {X}, with mixed results: {XT} worked, {XF} "
        "did not.",
        "{X} <X:takes|take> up more room than usual with this {person}, and [it goes|the result goes] both "
        "ways: {XT} worked, {XF} did not.",
        "[A divided|An ambivalent] relation to {X} marks this {person}: {XT} found favour, {XF} did not.",
        "With {X} it is hit and miss for this {person}: compare {XT} with {XF}.",
    ),
    # A displayed dislike that has the liked trait.
    "but": (
        "That is no guarantee, [though|of course]: {C} <C:was|were> {disliked}.",
        "Not [everything of that kind|every such {item}] works, as {C} <C:shows|show>.",
        "{C} <C:is an exception|are exceptions>.",
        "[It does not always work|It does not work every time]: {C} <C:was|were> {disliked}.",
        "Even so, {C} <C:was|were> {disliked}.",
        "There are limits: {C} did not make it.",
        "They are not uncritical there, though: {C} <C:was|were> {disliked}.",
    ),
    # … where other traits have been spoken of, too.
    "but_named": (
        "Even among {PI} there are [exceptions|limits], as {C} <C:shows|show>.",
        "{C} <C:is an exception|are exceptions> among {PI}.",
        "With {PI} they remain choosy, as {C} <C:shows|show>.",
        "They [pick and choose|are choosy] among {PI}, [though|however]: {C} <C:was|were> {disliked}.",
        "{PI} are more often a hit than a miss, but {C} <C:was|were> {disliked}.",
    ),
}
