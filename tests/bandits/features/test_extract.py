"""Extraction: every text gives every feature, evidence stands in the text, and unknown is never a guess."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from riffler.bandits.features import FEATURES, FEATURES_VERSION, extract
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)
NAMES = [feature.name for feature in FEATURES]
WORDS = [
    "it",
    "that",
    "the",
    "most",
    "No",
    "n't",
    "why",
    "is",
    "?",
    ".",
    "(",
    ")",
    "—",
    "IT",
    "Rome",
    "1990",
    "in",
    "\n",
    "…",
]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.lists(st.sampled_from(WORDS)).map(" ".join)


@given(texts)
def test_evidence_is_ordered_and_inside_the_text(text: str) -> None:
    """Spans are not empty, don't overlap, come in order, and begin and end at words."""
    features = extract(parse(PIPELINE, text).doc)
    assert list(features.evidence) == NAMES
    for evidence in features.evidence.values():
        edges = [edge for span in evidence.spans for edge in span] if evidence else []
        assert edges == sorted(edges)
        assert all(0 <= start < end <= len(text) for start, end in (evidence.spans if evidence else ()))
        assert all(text[start:end].strip() == text[start:end] for start, end in (evidence.spans if evidence else ()))


@given(texts)
def test_one_feature_agrees_with_all(text: str) -> None:
    """A feature asked alone says what it says among all."""
    doc = parse(PIPELINE, text).doc
    assert {feature.name: feature.find(doc) for feature in FEATURES} == extract(doc).evidence


@pytest.mark.parametrize(
    "text", ["", " \n", "42?", "?!", "какая столица", "东京在哪里", "ما هي العاصمة", "🦀🦀", "Αθήνα abc"]
)
def test_text_that_is_not_english_is_unknown(text: str) -> None:
    """Without letters from A to Z, or with more others than these, every feature says unknown."""
    assert set(extract(parse(PIPELINE, text).doc).evidence.values()) == {None}


def test_fired_names_what_is_present() -> None:
    """`fired` lists present features in order, and the version is the current one."""
    features = extract(parse(PIPELINE, "Why is it not here?").doc)
    assert features.fired == ("anaphora", "presupposition", "negation")
    assert features.version == FEATURES_VERSION


def test_document_without_sentences_is_one_sentence() -> None:
    """Features read a document that no sentence rule has seen."""
    doc = Doc(PIPELINE.vocab, words=["It", "fell", ".", "why", "?"])
    assert extract(doc).fired == ("anaphora",)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        " ".join(f"{'!' * 49}{number}" for number in range(2_000)),
        "who is it? " * 9_000,
        "a" * 100_000,
        "http://example.org/" + "a-" * 50_000,
    ],
    ids=["brackets", "marks", "words", "letters", "link"],
)
def test_hundred_kilobytes_take_seconds_at_most(text: str) -> None:
    """No text of 100 KB blocks the features. The tokenizer alone would take a quarter of an hour for the brackets."""
    began = time.process_time()
    assert list(extract(parse(PIPELINE, text).doc).evidence) == NAMES
    assert time.process_time() - began < 20
