"""Trees: any heads and labels give a forest, and the two schemes of labels give the same tree."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab

from riffler.bandits.pipeline import universal
from riffler.bandits.tree import CLEARNLP, ROOT, Tree

VOCAB = Vocab()
LABELS = (
    "ROOT acl acl:relcl acomp advcl advmod agent amod appos attr aux auxpass case cc ccomp compound conj cop csubj"
    " csubjpass dative dep det dobj expl intj mark meta neg nmod npadvmod nsubj nsubj:pass nsubjpass nummod obj obl"
    " oprd parataxis pcomp pobj poss preconj predet prep prt punct quantmod relcl root xcomp"
).split()
WORDS = ["be", "is", "to", "where", "Rome", "there", "and", " ", "\n"]
TAGS = ["TO", "NN", "VBZ", "WRB", "IN"]
KINDS = ["NOUN", "VERB", "ADP", "AUX", "PRON"]


@st.composite
def parsed(draw: st.DrawFn) -> Doc:
    """Make a document of one tree, with any labels."""
    count = draw(st.integers(1, 10))
    order = draw(st.permutations(range(count)))  # each word hangs on one that comes before it in this order
    heads = [0] * count
    for place, here in enumerate(order):
        heads[here] = order[draw(st.integers(0, place - 1))] if place else here
    lists = [
        draw(st.lists(st.sampled_from(each), min_size=count, max_size=count)) for each in (WORDS, TAGS, KINDS, LABELS)
    ]
    words, tags, kinds, deps = lists
    return Doc(VOCAB, words=words, spaces=[False] * count, heads=heads, deps=deps, tags=tags, pos=kinds)


def tree_of(
    words: Sequence[str], heads: Sequence[int], deps: Sequence[str], kinds: Sequence[str], tags: str = ""
) -> Tree:
    """Read a hand-made document."""
    return Tree.of(
        list(
            Doc(
                VOCAB, words=list(words), heads=list(heads), deps=list(deps), pos=list(kinds), tags=tags.split() or None
            )
        )
    )


@given(parsed())
def test_every_word_reaches_a_root(doc: Doc) -> None:
    """Whatever the labels and the places of white space: no circles, and children agree with heads."""
    tree = Tree.of([token for token in doc if not token.is_space])
    for here in range(len(tree.heads)):
        above = [here]
        for each in tree.above(here):
            assert each not in above
            above.append(each)
        assert tree.heads[above[-1]] == above[-1]
        assert (tree.deps[here] == ROOT) or tree.heads[here] != here
        assert all(tree.heads[child] == here for child in tree.children[here])
    assert sum(map(len, tree.children)) == sum(head != here for here, head in enumerate(tree.heads))


@given(parsed())
def test_no_label_of_prepositions_or_predicates_is_left(doc: Doc) -> None:
    """Features that read the labels of Universal Dependencies never meet one that only ClearNLP has."""
    tree = Tree.of(list(doc))
    assert not {"prep", "pobj", "pcomp", "attr", "acomp", "relcl", "dobj", "agent"} & set(tree.deps)


@given(parsed())
@example(Doc(VOCAB, words=[" ", "\n"], heads=[0, 0], deps=["ROOT", "pobj"]))
@example(Doc(VOCAB, words=["\n", " ", "in", " ", "Rome"], heads=[2, 2, 2, 2, 2], deps="dep dep ROOT dep pobj".split()))
def test_a_document_is_brought_into_one_scheme(doc: Doc) -> None:
    """Whatever labels a document has, afterwards its tokens have the tree that `Tree` reads, and none of ClearNLP's."""
    foreign = any(token.dep_ in CLEARNLP for token in doc)
    words = [token for token in doc if not token.is_space]
    places = [token.i for token in words]
    tree, text = Tree.of(words), doc.text
    assert universal(doc).text == text
    assert not any(token.dep_ in CLEARNLP for token in doc)
    if foreign:
        assert [token.head.i for token in words] == [places[head] for head in tree.heads]
        assert [token.dep_ for token in words] == ["ROOT" if dep == ROOT else dep for dep in tree.deps]
        for token in doc:  # no circles through white space
            assert not words or not token.is_space or not token.head.is_space or token.head.i != token.i


SAME = {
    "a preposition": (
        "he was born in Rome",
        "PRON AUX VERB ADP PROPN",
        ([2, 2, 2, 4, 2], "nsubj:pass aux:pass ROOT case obl"),
        ([2, 2, 2, 2, 3], "nsubjpass auxpass ROOT prep pobj"),
    ),
    "a preposition after a noun": (
        "kings of France",
        "NOUN ADP PROPN",
        ([0, 2, 0], "ROOT case nmod"),
        ([0, 0, 1], "ROOT prep pobj"),
    ),
    "a noun as predicate": (
        "Paul is king",
        "PROPN AUX NOUN",
        ([2, 2, 2], "nsubj cop ROOT"),
        ([1, 1, 1], "nsubj ROOT attr"),
    ),
    "an adjective as predicate, in a clause": (
        "say that snow is cold now",
        "VERB SCONJ NOUN AUX ADJ ADV",
        ([0, 4, 4, 4, 0, 4], "ROOT mark nsubj cop ccomp advmod"),
        ([0, 3, 3, 0, 3, 3], "ROOT mark nsubj ccomp acomp advmod"),
    ),
    "a place as predicate": (
        "he is in Rome",
        "PRON AUX ADP PROPN",
        ([3, 3, 3, 3], "nsubj cop case ROOT"),
        ([1, 1, 1, 2], "nsubj ROOT prep pobj"),
    ),
    "a question word as predicate": (
        "where is he",
        "ADV AUX PRON",
        ([0, 0, 0], "ROOT cop nsubj"),
        ([1, 1, 1], "advmod ROOT nsubj"),
    ),
    "what there is": (
        "there is hope",
        "PRON AUX NOUN",
        ([1, 1, 1], "expl ROOT nsubj"),
        ([1, 1, 1], "expl ROOT attr"),
    ),
    "the predicate of another verb": (
        "Paul became king",
        "PROPN VERB NOUN",
        ([1, 1, 1], "nsubj ROOT xcomp"),
        ([1, 1, 1], "nsubj ROOT attr"),
    ),
    "a clause after a preposition": (
        "win by running",
        "VERB ADP VERB",
        ([0, 2, 0], "ROOT mark advcl"),
        ([0, 0, 1], "ROOT prep pcomp"),
    ),
    "a clause after a noun and a preposition": (
        "ways of running",
        "NOUN ADP VERB",
        ([0, 2, 0], "ROOT mark acl"),
        ([0, 0, 1], "ROOT prep pcomp"),
    ),
    "three conjuncts": (
        "cats dogs and birds",
        "NOUN NOUN CCONJ NOUN",
        ([0, 0, 3, 0], "ROOT conj cc conj"),
        ([0, 0, 1, 1], "ROOT conj cc conj"),
    ),
    "a relative clause": (
        "the man I met",
        "DET NOUN PRON VERB",
        ([1, 1, 3, 1], "det ROOT nsubj acl:relcl"),
        ([1, 1, 3, 1], "det ROOT nsubj relcl"),
    ),
    "a phrase without a verb": (
        "in Rome",
        "ADP PROPN",
        ([1, 1], "case ROOT"),
        ([0, 0], "ROOT pobj"),
    ),
    "a stranded preposition": (
        "looking for",
        "VERB ADP",
        ([0, 0], "ROOT advmod"),
        ([0, 0], "ROOT prep"),
    ),
}


@pytest.mark.parametrize(("text", "kinds", "universal", "clear"), SAME.values(), ids=SAME)
def test_both_schemes_give_the_same_tree(
    text: str, kinds: str, universal: tuple[list[int], str], clear: tuple[list[int], str]
) -> None:
    """A pipeline's labels make no difference to what features read."""
    first = tree_of(text.split(), universal[0], universal[1].split(), kinds.split())
    second = tree_of(text.split(), clear[0], clear[1].split(), kinds.split())
    assert (second.heads, second.deps, second.children) == (first.heads, first.deps, first.children)


def test_second_predicate_of_a_verb_hangs_on_the_first() -> None:
    """One of two predicates becomes the head, and the other isn't lost."""
    tree = tree_of(
        "what is he like".split(), [1, 1, 1, 1], "attr ROOT nsubj acomp".split(), "PRON AUX PRON ADJ".split()
    )
    assert tree.heads == (0, 0, 0, 0)
    assert tree.deps == ("root", "cop", "nsubj", "xcomp")


def test_to_is_a_mark_in_both_schemes() -> None:
    """`To` before an infinitive is an auxiliary for ClearNLP, and a mark here."""
    tree = tree_of("try to run".split(), [0, 2, 0], "ROOT aux xcomp".split(), "VERB PART VERB".split(), "VB TO VB")
    assert tree.deps == ("root", "mark", "xcomp")


def test_white_space_is_nobodys_head() -> None:
    """A word whose head is white space hangs on the head of that, or is a root when there is none."""
    doc = Doc(VOCAB, words=["a", "\n", "b"], heads=[0, 0, 1], deps=["ROOT", "dep", "obj"])
    assert Tree.of([doc[0], doc[2]]).heads == (0, 0)
    doc = Doc(VOCAB, words=["\n", "b"], heads=[0, 0], deps=["ROOT", "obj"])
    assert (Tree.of([doc[1]]).heads, Tree.of([doc[1]]).deps) == ((0,), ("root",))


def test_relations_include_their_subtypes_and_subtrees_all_below() -> None:
    """`nsubj` is also `nsubj:pass`, and the reverse isn't so; a subtree holds all below a word, in order."""
    tree = Tree.made([1, 2, 2, 2], ["det", "nsubj:pass", "root", "obj"])
    assert list(tree.of_kind(2, "nsubj")) == [1]
    assert list(tree.of_kind(2, "obj", "nsubj:pass")) == [1, 3]
    assert tree.is_dep(1, "nsubj")
    assert not tree.is_dep(3, "obj:x")
    assert tree.subtree(1) == [0, 1]
    assert list(tree.above(0)) == [1, 2]


def test_long_chains_of_predicates_and_conjuncts_take_no_time() -> None:
    """A text of 20,000 words, each the predicate or the conjunct of the one before, is read in a few seconds."""
    count = 20_000
    doc = Doc(
        VOCAB,
        words=["is"] * count,
        heads=[max(here - 1, 0) for here in range(count)],
        deps=["ROOT", *(["attr", "conj", "cc", "pobj"] * count)[: count - 1]],
        pos=["AUX"] * count,
    )
    assert len(Tree.of(list(doc)).heads) == count
