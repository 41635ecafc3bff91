"""The sentences of interest profiles on dislikes, on what makes no claim, and at the end.

How they are written stands in `profile_lines.py`.
"""

from __future__ import annotations

OTHERS: dict[str, tuple[str, ...]] = {
    # At least twice as many disliked as liked.
    "firm/rated": (
        "They [tend not to enjoy|do not get on with|have little patience for|rarely warm to|get little "
        "out of] {D}.",
        "{D} [generally|more often than not] <D:leaves|leave> them cold.",
        "{DI} are [more often marked down than praised|marked down far more often than they are "
        "praised].",
        "{D} <D:is|are> [another matter|a different story]: such {items} [tend to fall flat|tend to "
        "disappoint them|seldom find favour].",
        "{D}, on the other hand, <D:is|are> [better avoided|not for them].",
        "What they [have little use for|could do without] is {D}.",
        "[A dislike of|An aversion to|A lack of enthusiasm for] {D} [is part of the picture|shows too].",
        "{DI} [seldom|rarely|do not often] [please|convince|satisfy] them.",
        "[By contrast|In turn|Conversely], {D} <D:does|do> little for them.",
    ),
    "firm/hours": (
        "{DI} [rarely|seldom] hold them for long.",
        "They [drop|leave|put down] {DI} early more often than they stay.",
        "[By contrast|In turn|Conversely], {DI} are more often left early than kept.",
        "{D} <D:is|are> [another matter|a different story]: such {items} they tend to leave early.",
        "They [do not often stay|seldom stay] long with {DI}.",
    ),
    "soft/rated": (
        "Their low ratings [lean towards|cluster around|fall more than usual on] {D}.",
        "They are [harder to please|pickier|more critical] [when it comes to|with] {D}.",
        "With {D} there is more of a risk: low ratings are commoner there.",
        "When a rating turns out low, {D} <D:is|are> more likely than usual to be involved.",
        "{DI} are more of a gamble with them.",
        "{DI} [get|have] more than their share of the low ratings.",
        "An outsized share of the low ratings [goes|went] to {DI}.",
        "[Where they are disappointed|Among their disappointments], {DI} come up more often than usual.",
    ),
    "soft/hours": (
        "What they left early [leans towards|is weighted towards] {D}.",
        "They are [quicker than usual|quicker than most] to leave {DI}.",
        "{DI} are more of a gamble with them: a good few were left early.",
    ),
    "firm_open/rated": (
        "[This|The] {person} [tends not to enjoy|does not get on with|has little patience for|gets "
        "little out of] {D}.",
        "What this {person} does not like is easier to name than what they do: {D}.",
        "The clearest trait of this {person} is [an aversion to|a dislike of] {D}.",
        "{DI} tend to fall flat with this {person}.",
    ),
    "firm_open/hours": (
        "[This|The] {person} tends to leave {DI} early.",
        "{DI} rarely hold this {person} for long.",
        "What this {person} drops is easier to name than what they stay with: {D}.",
    ),
    "soft_open/rated": (
        "This {person}'s low ratings [lean towards|gather around] {D}.",
        "[This|The] {person} is [harder to please|pickier|more critical] when it comes to {D}.",
        "With this {person}, {DI} are more of a gamble than other {items}.",
    ),
    "soft_open/hours": (
        "What this {person} left early [leans|tilts] towards {D}.",
        "[This|The] {person} is quicker than most to leave {DI}.",
    ),
    "dislikes_shown": (
        "{DT} are examples.",
        "[See|Take|Witness] {DT}.",
        "{DT} [show it|are typical|bear this out].",
    ),
    "dislikes_shown/rated": (
        "{DT} [did not find favour|fell flat|disappointed|were marked down].",
    ),
    "dislikes_shown/hours": ("{DT} [were soon left|did not keep them].",),
    "no_likes": (
        "What they do [like|go for] is [harder to pin down|less clear-cut].",
        "[The {items} they {liked}|Their choices otherwise] follow no such rule.",
        "On the other side, nothing stands out [in the same way|as clearly].",
    ),
    # Likes and a firm dislike in one sentence.
    "contrast/rated": (
        "{L}, yes; {D}, [rather not|no]: that is roughly [this {person}|how this {person} sees it].",
        "This {person} [takes to|warms to] {L} [but|and] [gets little out of|has little time for] {D}.",
        "{L} <L:goes|go> down well with this {person}; {D} [seldom|rarely] <D:does|do>.",
        "Between {L} and {D}, this {person} [would not hesitate|has an easy choice]: the former.",
        "[Strong on|Warm towards] {L}, [cool|lukewarm] towards {D}: such is this {person}.",
        "There are two sides to this {person}: a taste for {L} and little patience with {D}.",
    ),
    "contrast/hours": (
        "This {person} stays with {L} and tends to drop {D} early.",
        "With {L} this {person} stays; with {D}, seldom for long.",
        "There are two sides to this {person}: long hours with {L}, and little patience with {D}.",
    ),
    # A displayed like that has the disliked trait.
    "except": (
        "{E} <E:is an exception|are exceptions>[| here].",
        "{E} worked for them all the same.",
        "Still, {E} found favour.",
    ),
    # -- displayed dislikes that make no claim -------------------------------------------------
    "disliked_shared": (
        "{nQ} of the {nB} {items} that they {disliked} [here|in this list] are {QI}, [but that is not "
        "enough for a verdict|which may be chance|though that alone proves little].",
        "Of the {nB} they {disliked}, {nQ} are {QI}, [though no general rule follows|without making a "
        "rule of it].",
        "{QT} were {disliked}, and they have {Q} in common; [it may mean something or nothing|more than that "
        "cannot be said].",
        "[On the other side of the list|At the other end], {QT} are {QI}, [a weak sign at best|which "
        "need not mean much].",
        "What puts them off is not clear, [although|even if] {nQ} of the {nB} "
        "{items} in question are {QI}.",
        "Whether {Q} <Q:is|are> a problem for them is [an open question|hard to say]: {QT} were "
        "{disliked}.",
    ),
    "disliked_all_shared": (
        "The {nB} {items} that they {disliked} here are {eB} {QI}, [but that is not enough for a "
        "verdict|which may be chance].",
        "{B} were {disliked}, {eB} of them {QI}; [a firm verdict would need more than that|it may mean "
        "something or nothing].",
        "Whether {Q} <Q:is|are> a problem for them is [an open question|hard to say]: {aB} of the "
        "{items} that they {disliked} here are of that kind.",
    ),
    "disliked_varied": (
        "What they {disliked} here [has no common thread|follows no pattern|is of all sorts]: {B}.",
        "{B} were {disliked}, [but nothing connects them|without an obvious reason in common].",
        "[It is hard to say|It is not clear] what puts them off: {B} [have little in common|do not add "
        "up to a pattern].",
    ),
    "disliked_varied/rated": (
        "No aversion [stands out|can be named]: {B} [have little in common|are too different for that].",
    ),
    "disliked_one": (
        "{B} was {disliked}, [but one {item} makes no rule|which proves little by itself].",
        "[Only one {item} here|A single {item} here], {B}, was {disliked}.",
        "{B} [did not work for them|is the one that did not work], [for whatever reason|though one "
        "case says little].",
    ),
    "disliked_none": (
        "[No {item} here|Not one of the {items} given here] was {disliked}.",
        "What [they would avoid|puts them off] [cannot be told|remains open|is not known]: nothing "
        "{disliked} is listed.",
        "[Nothing is known of|The list says nothing of] what they do not care for.",
    ),
    "disliked_none/rated": (
        "There is no sign of any [aversion|dislike].",
        "Dislikes are not on record[| here].",
    ),
    # -- likes that make no claim ----------------------------------------------------------------
    "shared_all": (
        "The {nA} {items} [listed|shown] are {eA} {SI}[, but|; still,] [that is not enough to speak of a "
        "preference|it would take more to speak of a preference].",
        "{aA} of these are {SI}, [which may be chance|though that need not mean much]: set against "
        "what others like, no {kind} stands out with this {person}.",
        "What {A} share is plain, they are {SI}; [a special leaning|a real preference] of this {person} "
        "does not follow from it.",
        "{A} have one thing in common, {S}. [It would take more to call that this {person}'s taste|"
        "Whether this {person} looks for it is another question].",
        "{S} in {nA} cases out of {nA}: a first hint of what this {person} likes, [but no more than that|"
        "no proof of anything].",
        "If these {items} are anything to go by, {S} <S:is|are> a direction to look in for this "
        "{person}, [without any guarantee|if not more than that].",
        "The list points to {S}, with {A}, [but not firmly|though faintly]: this {person} does not clearly "
        "differ from others.",
        "[For now|As things stand], {S} <S:is|are> all one can name for this {person}: {A} [agree in "
        "that|are of that kind]. [It falls short of|It does not amount to] a clear preference.",
        "Nothing here but {S}, [yet|and yet] this {person} does not stand out from others for it.",
    ),
    "shared_some": (
        "{nS} of the {nA} {items} [listed|shown] are {SI}[, but|; even so,] compared with what others "
        "like, no {kind} stands out with this {person}.",
        "[Nothing very definite|No fixed preference] [emerges|shows] for this {person}; {ST} are {SI}, "
        "[for what it is worth|and that is about all that can be said].",
        "{ST} are {SI}, [which is no more than chance might bring|yet that is too little to call it this "
        "{person}'s taste].",
        "The nearest thing to a common thread [in this {person}'s list|with this {person}] is {S}, with "
        "{ST}[; a preference it is not|; it should not be taken for a rule].",
        "[One should not make too much of it|It may mean little], but {nS} of the {nA} {items} that this "
        "{person} {liked} here are {SI}.",
        "What {ST} have in common is that they are {SI}; [beyond that|apart from that], this {person} "
        "gives little away.",
        "It takes some effort to find a pattern in this {person}'s list. {ST} are {SI}, [that much can "
        "be said|the rest is open].",
        "[A preference|A special interest] of this {person} cannot be made out, even if {nS} of the {nA} "
        "{items} shown are {SI}.",
        "If anything, {S} <S:links|link> the {items} shown: {ST}. [With this {person}, that is as far as "
        "it goes|That alone does not set this {person} apart].",
        "[Other {people}|Many others] would have {S} on their list as well, so {ST} say little about "
        "this {person}.",
    ),
    "shared_some_broad": (
        "{ST} are {SI}, yet [taken as a whole|on the whole] this {person}'s choices are [spread out|"
        "mixed|varied].",
        "This {person}'s choices are [varied|mixed|spread out]. The nearest thing to a common thread "
        "[in this list|here] is {S}, with {ST}.",
        "It would be too much to call this {person} a specialist: {nS} of the {nA} {items} shown are "
        "{SI}, and beyond that the choices vary.",
        "[A generalist, it seems|No specialist, it seems]: {ST} are {SI}, and [the rest goes other ways|"
        "elsewhere the choices differ].",
        "[This|The] {person} [likes a bit of everything|is open to many things]; {S} <S:is|are> only "
        "one part of it, with {ST}.",
        "[Variety wins|Variety is the main impression] with this {person}: {V}, [to name what is shown|"
        "going by what is shown].",
        "[Broad|Wide-ranging], with no {kind} that makes up more than half of it: that is this {person}'s "
        "list, even though {ST} are {SI}.",
        "One {item} says one thing and the next another. {S} <S:comes|come> up with {ST}, but this "
        "{person} [ranges wider|does not stop there].",
    ),
    "varied": (
        "{V}: [this {person} does not keep to one {kind}|no single {kind} explains this {person}'s "
        "choices].",
        "No [single|one] {kind} stands out for this {person}; the {items} shown range over {V}.",
        "{A} [belong to different worlds|have next to nothing in common], so [no preference of this "
        "{person} can be named|it is hard to say what draws this {person}].",
        "[This|The] {person} [is hard to pin down|goes in several directions]: the list has {V}.",
        "From {A} one gets no single thread to this {person}'s taste.",
        "There is no obvious pattern in what this {person} {liked}, {A} among them.",
        "[What unites|What connects] {A}? [No {kind}, at any rate|Nothing that the list would show].",
        "[Several things please this {person}|Several roads lead to this {person}]: {V}.",
        "[It would be guesswork to name|One cannot name] a favourite {kind} of this {person}; {A} point "
        "in different directions.",
    ),
    "varied_broad": (
        "This {person}'s [taste is broad|choices are varied|taste is hard to pin down]: {A} have little "
        "in common.",
        "[An eclectic|A broad|A wide-ranging] taste: {A} [belong to different worlds|have next to "
        "nothing in common].",
        "[This|The] {person} [does not specialise|likes to mix]: the list has {V}.",
        "With this {person}, variety itself seems to be the rule: {V} [find a place|stand side by "
        "side].",
        "[This is a generalist|Here is a generalist]: {V}, [all in one list|with no favourite among "
        "them].",
        "[Range|Breadth] is what marks this {person}'s list, with {A} [as a sample|side by side].",
        "[A bit of everything|Something of everything]: {V}. [A clear favourite|A dominant {kind}] of "
        "this {person} does not show.",
    ),
    "unknown": (
        "Little can be said about this {person}'s taste: what {A} have in common, if anything, the list "
        "does not tell.",
        "This {person} {liked} {A}; what connects them cannot be read off the list.",
        "The {items} shown give no hint of a [fixed taste|special interest] in this {person}.",
    ),
    # -- few data --------------------------------------------------------------------------------
    "few": (
        "[With so little to go on|On so short a record], this is a first impression[| only].",
        "There is not much to go on, so [this is a sketch|take it as a guess|a grain of salt is in "
        "order].",
        "The record is short, though, and [may mislead|more of it might change the picture].",
        "[More {events} would be needed|A few more {events} would help] to be sure.",
    ),
    # -- the closing line -------------------------------------------------------------------------
    "sum_likes": (
        "[In short|In brief|In a nutshell|Put briefly|To sum up|All in all|Overall]: {L}.",
        "[In short|In brief|Summed up|All in all], {LF} fan.",
        "[In one line|Summary|Bottom line]: [go for|look for|stay with] {LI}.",
        "[The short version|The gist|The upshot]: {L}.",
        "[If in doubt|A good recommendation would be|Worth recommending]: {LI}.",
    ),
    "sum_both": (
        "[In short|In brief|In a nutshell|Overall]: {L} rather than {D}.",
        "[In short|To sum up|All in all]: {L}, not {D}.",
        "[Bottom line|The short version|Summary]: more {LI}, fewer {DI}.",
        "[In one line|The gist]: {L} in, {D} out.",
    ),
    "sum_makers": (
        "[In short|In brief|All in all]: {L}, and {M}.",
        "[The short version|Summary|The gist]: {L}; by name, {M}.",
    ),
    "sum_names": (
        "[In short|In brief|All in all|In one line]: {MI}.",
        "[The short version|Bottom line]: more of {M}.",
    ),
    "sum_dislikes": (
        "[In short|In brief|Overall]: open to much, less so to {D}.",
        "[Bottom line|In one line]: anything but {D}.",
    ),
    "sum_mixed": (
        "[In short|Overall|All in all]: drawn to {X}, and hard to satisfy there.",
        "[Summary|The gist]: {X}, with reservations.",
    ),
    "sum_none": (
        "[In short|In brief|Overall|All in all]: [a broad taste|many tastes|no fixed taste].",
        "[Summary|Bottom line|In one line]: [varied|wide-ranging|eclectic].",
    ),
}
