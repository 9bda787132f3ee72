"""Is a trained component better than the rules at finding names? Measured on text that its training has not seen.

    python -m bench.train_names --gold PASSAGES.jsonl ... --texts DOCUMENT.txt ... [--test PASSAGES.jsonl ...]

A character-level spaCy component (``tagger`` over BIO tags, or ``ner``) learns from the gold passages and from the
program's own output on ``--texts`` and on invented documents: names of confidence :data:`SURE` and more are answers,
less sure ones are left open. In most texts names are swapped for others of their kind, so that it learns contexts
beside names. Tested are the gold's passages, by the model that has seen neither passages nor text of their document
(``doc``), and those of each ``--test`` file, by the model that has seen all documents. Thresholds for a document come
from the other documents' passages, those for ``--test`` from all of the gold's. Answers are compared as ``kg eval``
does; figures (Target) stay with the rules. docs/trained.md has the results.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import spacy
import thinc.util
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from bench.combine_names import KINDS, Name, Record, Seen, kind_of, report, rule_candidates, see, tuned
from bench.corpus import make
from extract.entities import default_finder, pieces
from extract.running_text import prepare

TAGS = ("O", *(f"{place}-{kind}" for kind in KINDS for place in "BI"))
SURE = 0.9
#: invented documents (bench/corpus) beside --texts
INVENTED = 5
#: characters of a training text, and how many texts of the program's own output are drawn in an epoch
PIECE, DRAWN = 500, 300
WIDTH, DEPTH, BATCH, SWAPPED, SEED = 64, 4, 6, 0.7, 1


@dataclass(frozen=True, slots=True)
class Text:
    """A prepared text with its names, none of which overlap. A name without a kind is left open: it may be one."""

    text: str
    names: tuple[Name, ...]


def silver(text: str, speaker: str | None) -> list[Text]:
    """The pieces of a document in which the rules are sure of a name."""
    found = []
    for clean in (prepare(piece).text for _, piece in pieces(text, PIECE)):
        names = rule_candidates(clean, speaker)
        found.append(Text(clean, _apart((kind_of(c) if c.confidence >= SURE else "", c.start, c.end) for c in names)))
    return [t for t in found if any(kind for kind, *_ in t.names)]


def gold(record: Record) -> Text:
    """A passage with its answers at each place where they are printed; optional ones are left open."""
    text = prepare(record["text"]).text
    # the gold does not say where provisions stand; the rules miss none of them
    names = [("Provision", c.start, c.end) for c in rule_candidates(text, None) if c.kind == "Provision"]
    for e in (*record["entities"], *({"surface": b, "optional": True} for b in record.get("foreign_bodies", ()))):
        kind = "" if e.get("optional") or e.get("borderline") else e["type"].capitalize()
        names += [(kind, *m.span()) for m in re.finditer(re.escape(prepare(e["surface"]).text), text)]
    return Text(text, _apart(names))


def _apart(names: Iterable[Name]) -> tuple[Name, ...]:
    """Of names that overlap the longest."""
    kept: list[Name] = []
    for name in sorted(names, key=lambda n: n[1] - n[2]):
        if all(name[2] <= k[1] or k[2] <= name[1] for k in kept):
            kept.append(name)
    return tuple(kept)


def swapped(text: Text, pool: Mapping[str, Sequence[str]], draw: random.Random) -> Text:
    """The text with other names of the same kinds."""
    out, at, names = "", 0, []
    for kind, start, end in sorted(text.names, key=lambda n: n[1]):
        out += text.text[at:start]
        new = draw.choice(pool[kind]) if kind else text.text[start:end]
        names.append((kind, len(out), len(out) + len(new)))
        out, at = out + new, end
    return Text(out + text.text[at:], tuple(names))


def name_pool(texts: Iterable[Text]) -> dict[str, list[str]]:
    """Names of each kind: of the texts and of the authority files."""
    resolver = default_finder().resolver
    terms = resolver.terms
    pool = {kind: {t.text[a:b] for t in texts for k, a, b in t.names if k == kind} for kind in KINDS}
    pool["Program"] |= {prepare(x.label).text for x in terms.programs.values()}
    pool["Regulation"] |= {prepare(x.label).text for x in terms.regulations.values()}
    pool["Industry"] |= {prepare(x.label).text for x in terms.industries.values()}
    for body in resolver.authority.bodies.values():
        pool["Ministry" if body.cls == "pol:Ministry" else "Agency"].add(prepare(body.label).text)
    return {kind: sorted(names) for kind, names in pool.items()}


def document(nlp: Language, text: str) -> Doc:
    """A token for each character; its lemma is the pair with the next character."""
    pairs = [a + b for a, b in zip(text, text[1:] + "$", strict=True)]
    return Doc(nlp.vocab, words=list(text), spaces=[False] * len(text), lemmas=pairs)


def example(nlp: Language, text: Text) -> Example:
    """A text as spaCy learns from it; the tag "" and missing entities teach nothing."""
    reference, tags = document(nlp, text.text), ["O"] * len(text.text)
    for kind, start, end in text.names:
        tags[start:end] = [f"{place}-{kind}" if kind else "" for place in "B" + "I" * (end - start - 1)]
    for token, tag in zip(reference, tags, strict=True):
        token.tag_ = tag
    reference.set_ents([Span(reference, a, b, kind) for kind, a, b in text.names if kind], default="outside",
                       missing=[reference[i:i + 1] for i, tag in enumerate(tags) if not tag])
    return Example(document(nlp, text.text), reference)


def train(answers: Sequence[Text], own: Sequence[Text], component: str, epochs: int) -> Language:
    """A pipeline with one trained component; an epoch reads the gold ``answers`` four times, and some of ``own``."""
    thinc.util.fix_random_seed(SEED)
    draw, pool = random.Random(SEED), name_pool([*answers, *own])
    tok2vec = {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {"@architectures": "spacy.MultiHashEmbed.v2", "width": WIDTH, "attrs": ["ORTH", "LEMMA"],
                  "rows": [4000, 15000], "include_static_vectors": False},
        "encode": {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": WIDTH, "window_size": 1,
                   "maxout_pieces": 3, "depth": DEPTH},
    }
    head = {"@architectures": "spacy.Tagger.v2"} if component == "tagger" else {
        "@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner", "extra_state_tokens": False,
        "hidden_width": 64, "maxout_pieces": 2, "use_upper": True}
    nlp = spacy.blank("zh")
    pipe: Any = nlp.add_pipe(component, config={"model": head | {"tok2vec": tok2vec}})
    for label in TAGS if component == "tagger" else KINDS:
        pipe.add_label(label)
    optimizer = nlp.initialize(lambda: [example(nlp, t) for t in answers[:20]])
    for epoch in range(epochs):
        optimizer.learn_rate = 0.002 * (1 - epoch / epochs)
        texts = [*answers] * 4 + draw.sample(own, min(DRAWN, len(own)))
        draw.shuffle(texts)
        for at in range(0, len(texts), BATCH):
            batch = [swapped(t, pool, draw) if draw.random() < SWAPPED else t for t in texts[at:at + BATCH]]
            nlp.update([example(nlp, t) for t in batch], sgd=optimizer, drop=0.1)
    return nlp


def predict(nlp: Language, text: str) -> tuple[list[tuple[Name, float]], Any]:
    """The model's names with scores, and for each character the probability that it is of each of KINDS."""
    doc, inside = document(nlp, text), np.zeros((len(text), len(KINDS)))
    if nlp.pipe_names == ["ner"]:  # which knows no probabilities
        for e in nlp(doc).ents:
            inside[e.start:e.end, KINDS.index(e.label_)] = 1.0
        return [((e.label_, e.start, e.end), 1.0) for e in doc.ents], inside
    tagger: Any = nlp.get_pipe("tagger")
    logits = tagger.model.predict([doc])[0][:, [tagger.labels.index(tag) for tag in TAGS]]
    chances = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    inside = chances[:, 1:].reshape(len(text), len(KINDS), 2).sum(2)
    names: list[Name] = []
    for i, tag in enumerate(TAGS[t] for t in chances.argmax(1)):
        if tag[0] == "I" and names and names[-1][0] == tag[2:] and names[-1][2] == i:
            names[-1] = (*names[-1][:2], i + 1)
        elif tag != "O":
            names.append((tag[2:], i, i + 1))
    return [((k, a, b), float(inside[a:b, KINDS.index(k)].mean())) for k, a, b in names if b - a > 1], inside


def read(files: Iterable[Path]) -> list[Record]:
    """The records of JSONL files."""
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return [json.loads(line) for line in lines if line.strip()]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.train_names")
    parser.add_argument("--gold", type=Path, nargs="+", required=True, help="passages whose `doc` is one of --texts")
    parser.add_argument("--texts", type=Path, nargs="+", required=True)
    parser.add_argument("--test", type=Path, nargs="*", default=[])
    parser.add_argument("--speaker", nargs=2, action="append", default=[], metavar=("DOC", "BODY"))
    parser.add_argument("--component", choices=("tagger", "ner"), default="tagger")
    parser.add_argument("--epochs", type=int, default=12)
    args = parser.parse_args()
    speakers = dict(args.speaker)
    records, raw = read(args.gold), {p.name: p.read_text(encoding="utf-8") for p in args.texts}
    raw |= {made.name: made.text for made in (make(n, SEED, 10_000) for n in range(INVENTED))}
    own = {name: silver(text, speakers.get(name)) for name, text in raw.items()}

    def trained(without: str | None) -> Language:
        begun = time.process_time()
        texts = [t for name, found in own.items() if name != without for t in found]
        nlp = train([gold(r) for r in records if r["doc"] != without], texts, args.component, args.epochs)
        print(f"trained without {without}: {time.process_time() - begun:.0f} s", flush=True)
        return nlp

    seen: dict[str, Seen] = {}
    docs = sorted({r["doc"] for r in records})
    for doc in docs:
        look = partial(see, partial(predict, trained(doc)), speakers.get(doc))
        seen |= {r["id"]: look(r) for r in records if r["doc"] == doc}
    chosen = {doc: tuned([r for r in records if r["doc"] != doc], seen) for doc in docs}
    report("gold, by document", records, seen, lambda r: chosen[r["doc"]])
    nlp, thresholds = trained(None), tuned(records, seen)
    print(f"add from, drop below: {thresholds}; {len(nlp.to_bytes()) / 1e6:.1f} MB")
    for path in args.test:
        tests = read([path])
        report(path.stem, tests, {r["id"]: see(partial(predict, nlp), None, r) for r in tests}, lambda _: thresholds)
    rates, size = [], sum(map(len, raw.values()))
    for reader in (default_finder().find, partial(predict, nlp)):
        begun = time.process_time()
        for _, piece in (cut for text in raw.values() for cut in pieces(text)):
            reader(piece)
        rates.append(size / (time.process_time() - begun))
    both = 1 / sum(1 / rate for rate in rates)
    print(f"\ncharacters a second: rules {rates[0]:,.0f}, model {rates[1]:,.0f}, both {both:,.0f}")


if __name__ == "__main__":
    main()
