"""Industries that a title names: the unit of the plan, recommendation or budget line targets them."""

from __future__ import annotations

from kg.records import Records
from kg.text.clean import joined, raw

RULE = "title-industry"
#: classes whose title says what they are about
TITLED = frozenset({
    "pol:Goal", "pol:Strategy", "pol:Measure", "pol:Recommendation", "pol:BudgetLine", "pol:Program",
})
#: a longer label is running text, not a title
LONGEST = 60
CONFIDENCE = 0.8


def title_industries(records: Records) -> None:
    """Adds ``pol:targetsIndustry`` for each industry named in a title, with the place in the title as evidence."""
    text = records.document.text
    for iri, _, label, places in records.titled(TITLED):
        if label is None or len(label) > LONGEST:
            continue
        for span in places[:1]:
            title = joined(raw(text, span.start, span.end))
            for m in records.finder.find(title.text, publisher=records.publisher, targets=False):
                if m.kind == "Industry":
                    place = title.span(m.start, m.end)
                    industry = records.named(records.resolver.industry(m.label), place, RULE, CONFIDENCE)
                    records.relate(iri, "pol:targetsIndustry", industry, place, RULE, CONFIDENCE)
