"""What the page of each class tells first: panels, each a table of what a query finds about the thing.

A panel is shown where its query finds something. ``proof`` names the relation that its rows claim, so that
every row leads to the sentence it was read from.
"""

from __future__ import annotations

from dataclasses import dataclass

#: rows of one panel on the page
ROWS = 60


@dataclass(frozen=True, slots=True)
class Column:
    """A variable of the query; ``kind``: thing, text, class, status, share (0..1), number, year."""

    name: str
    zh: str
    en: str
    kind: str = "thing"


@dataclass(frozen=True, slots=True)
class Panel:
    """``where`` is a graph pattern about ``?this``; rows are distinct over the columns, in the order of ``order``.
    ``@THIS`` in it stands for the values of ``?this``, for subqueries, which do not see those around them.

    ``proof``: subject, predicate, object, each "?name" of a column or of this, or a prefixed name.
    """

    slug: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    where: str
    order: str = ""
    proof: tuple[str, str, str] | None = None



_THING = Column("thing", "項目", "Item")
_CLASS = Column("class", "類別", "Class", "class")
_WITHIN = Column("within", "所屬", "Part of")
_BODY = Column("body", "機關", "Body")

_KIND = "?thing a ?class FILTER(?class NOT IN (pol:PlanElement, pol:GovernmentBody)) "
_PART = "OPTIONAL { ?thing dcterms:isPartOf ?within } "
_LED = f"?thing %s ?this . {_KIND}{_PART}"

_BY_BODY = (
    Panel("leads", "主辦", "Leads", (_CLASS, _THING, _WITHIN), _LED % "pol:leadBy", "?class ?thing",
          ("?thing", "pol:leadBy", "?this")),
    Panel("joins", "協辦", "Joins", (_CLASS, _THING, _WITHIN), _LED % "pol:partneredBy", "?class ?thing",
          ("?thing", "pol:partneredBy", "?this")),
    Panel("responsible", "負責", "Is responsible for", (_CLASS, _THING, _WITHIN), _LED % "pol:responsibleBody",
          "?class ?thing", ("?thing", "pol:responsibleBody", "?this")),
    Panel("answers", "回應的建議", "Answers to recommendations", (
        Column("recommendation", "建議事項", "Recommendation"), Column("status", "參採情形", "Status", "status"),
        Column("scope", "但書", "Limited to", "text"), Column("thing", "回應", "Answer")),
        "?thing pol:respondent ?this ; pol:responseTo ?recommendation OPTIONAL { ?thing pol:adoptionStatus ?status } "
        "OPTIONAL { ?thing pol:statusScope ?scope }", "?recommendation", ("?thing", "pol:respondent", "?this")),
    Panel("proposes", "提出的建議", "Recommendations proposed", (
        Column("thing", "建議事項", "Recommendation"), Column("count", "回應數", "Answers", "number")),
        "{ SELECT ?this ?thing (COUNT(?r) AS ?count) { "
        "@THIS ?thing pol:proposedBy ?this OPTIONAL { "
        ""
        "?r pol:responseTo ?thing } } GROUP BY ?this ?thing }", "DESC(?count) ?thing",
        ("?thing", "pol:proposedBy", "?this")),
    Panel("lines", "預算項目", "Budget lines", (
        Column("plan", "工作計畫", "Work plan"), Column("thing", "項目", "Line"),
        Column("category", "類別", "Category", "status"), Column("year", "年度", "Year", "year")),
        "?thing a pol:BudgetLine ; pol:agency ?this OPTIONAL { ?thing pol:workPlan ?plan } OPTIONAL { ?thing "
        "pol:category ?category } OPTIONAL { ?thing pol:fiscalYear ?year }", "?year ?plan ?thing",
        ("?thing", "pol:agency", "?this")),
    Panel("works-with", "合作最多的機關", "Works most with", (
        _BODY, Column("count", "共同項目", "Shared items", "number")),
        "{ SELECT ?this ?body (COUNT(DISTINCT ?x) AS ?count) { @THIS VALUES ?p { pol:leadBy pol:partneredBy "
        "pol:responsibleBody } VALUES ?q { pol:leadBy pol:partneredBy pol:responsibleBody } ?x ?p ?this ; ?q ?body "
        "FILTER(?body != ?this) } GROUP BY ?this ?body }", "DESC(?count) ?body"),
    Panel("industries", "涉及的產業", "Industries", (Column("thing", "產業", "Industry"),),
          "?this pol:activeIn ?thing", "?thing", ("?this", "pol:activeIn", "?thing")),
    Panel("parts", "所屬機關", "Its agencies", (Column("thing", "機關", "Body"),),
          "?thing org:subOrganizationOf ?this", "?thing"),
)

_CANDIDATES = Panel(
    "candidates", "預算項目候選", "Candidate budget lines", (
        Column("line", "預算項目", "Budget line"), Column("plan", "工作計畫", "Work plan"),
        Column("confidence", "信心", "Confidence", "share"), Column("state", "狀態", "State", "status"),
        Column("reason", "理由", "Reason", "text")),
    "?link a pol:BudgetLink ; rdf:subject ?this ; rdf:object ?line ; pol:confidence ?confidence ; pol:reviewStatus "
    "?state ; pol:reason ?reason OPTIONAL { ?line pol:workPlan ?plan }", "DESC(?confidence) ?line",
)
_TARGETS = Panel(
    "targets", "量化指標", "Targets", (
        Column("thing", "指標", "Target"), Column("value", "數值", "Value", "text"),
        Column("unit", "單位", "Unit", "text"), Column("year", "年度", "Year", "year"),
        Column("kind", "性質", "Kind", "status")),
    "?thing a pol:Target ; dcterms:isPartOf ?this ; pol:valueText ?value OPTIONAL { ?thing pol:unit ?unit } OPTIONAL { "
    "?thing pol:ofYear ?year } OPTIONAL { ?thing pol:kind ?kind }", "?year ?thing",
)
_PARTS = Panel(
    "below", "下一層", "Its parts", (_CLASS, Column("number", "編號", "Number", "text"), _THING),
    f"?thing dcterms:isPartOf ?this . {_KIND} OPTIONAL {{ ?thing pol:number ?number }} OPTIONAL {{ ?thing pol:order ?n "
    "} FILTER(?class NOT IN (pol:Target, pol:BudgetAmount))", "?n ?thing",
)
_MINISTRIES = tuple(
    Panel(slug, zh, en, (_BODY,), f"?this {p} ?body", "?body", ("?this", p, "?body"))
    for slug, zh, en, p in (
        ("lead", "主辦機關", "Led by", "pol:leadBy"), ("partners", "協辦機關", "Joined by", "pol:partneredBy"),
        ("body", "負責機關", "Responsible", "pol:responsibleBody"),
    )
)
_MENTIONS = Panel("mentions", "提及", "Mentions", (_CLASS, _THING), f"?this pol:mentions ?thing . {_KIND}",
                  "?class ?thing", ("?this", "pol:mentions", "?thing"))
_INDUSTRY_OF = Panel("industry", "針對的產業", "Industries", (_THING,), "?this pol:targetsIndustry ?thing", "?thing",
                     ("?this", "pol:targetsIndustry", "?thing"))
_OVER_TIME = Panel(
    "documents", "各文件提到幾次", "In which documents", (
        Column("document", "文件", "Document"), Column("year", "年度", "Year", "year"),
        Column("count", "次數", "Times", "number")),
    "{ SELECT ?this ?document ?year (COUNT(DISTINCT ?e) AS ?count) { @THIS ?this pol:evidence ?e . ?e pol:inDocument "
    "?document OPTIONAL { ?document pol:ofYear ?year } } GROUP BY ?this ?document ?year }", "?year ?document",
)
_MENTIONED = Panel("mentioned", "提及這裡的", "Mentioned by", (_CLASS, _THING, _WITHIN), _LED % "pol:mentions",
                   "?class ?thing", ("?thing", "pol:mentions", "?this"))
_ELEMENT = (*_MINISTRIES, _PARTS, _TARGETS, _INDUSTRY_OF, _CANDIDATES, _MENTIONS)

#: class -> its panels in the order of the page
PROFILES: dict[str, tuple[Panel, ...]] = {
    "Ministry": _BY_BODY, "Agency": _BY_BODY, "GovernmentBody": _BY_BODY,
    "Plan": _ELEMENT, "Goal": _ELEMENT, "Strategy": _ELEMENT, "Measure": _ELEMENT, "Action": _ELEMENT,
    "Program": (
        *_MINISTRIES, _OVER_TIME,
        Panel("scopes", "產業範疇", "Industry scopes", (_THING, Column("industry", "產業", "Industry")),
              "?thing a pol:IndustryScope ; dcterms:isPartOf ?this OPTIONAL { ?thing pol:targetsIndustry ?industry }",
              "?thing"),
        _INDUSTRY_OF, _MENTIONED,
    ),
    "IndustryScope": (
        *_MINISTRIES, _INDUSTRY_OF,
        Panel("covers", "涵蓋", "Covers", (_THING,), "?this pol:coversIndustry ?thing", "?thing",
              ("?this", "pol:coversIndustry", "?thing")),
        _PARTS, _TARGETS,
    ),
    "Industry": (
        Panel("scopes", "列入的範疇", "Scopes that cover it", (
            _THING, Column("program", "計畫方案", "Programme"), _BODY),
            "{ ?thing pol:coversIndustry ?this } UNION { ?thing a pol:IndustryScope ; pol:targetsIndustry ?this } "
            "OPTIONAL { ?thing dcterms:isPartOf ?program } OPTIONAL { ?thing pol:responsibleBody ?body }", "?thing"),
        Panel("bodies", "相關機關", "Bodies", (_BODY,), "?body pol:activeIn ?this", "?body",
              ("?body", "pol:activeIn", "?this")),
        Panel("aimed", "針對這個產業的", "What targets it", (_CLASS, _THING, _WITHIN),
              (_LED % "pol:targetsIndustry") + "FILTER(?class NOT IN (pol:Recommendation, pol:IndustryScope))",
              "?class ?thing", ("?thing", "pol:targetsIndustry", "?this")),
        Panel("recommendations", "建議事項", "Recommendations", (
            _THING, Column("response", "回應", "Answer"), Column("status", "參採情形", "Status", "status")),
            "?thing a pol:Recommendation ; pol:targetsIndustry ?this "
            "OPTIONAL { ?response pol:responseTo "
            "?thing OPTIONAL { "
            "?response pol:adoptionStatus ?status } }", "?thing", ("?thing", "pol:targetsIndustry", "?this")),
        Panel("targets", "量化指標", "Targets", (
            Column("thing", "指標", "Target"), Column("value", "數值", "Value", "text"),
            Column("unit", "單位", "Unit", "text"), Column("year", "年度", "Year", "year"), _WITHIN),
            "?within pol:targetsIndustry ?this . ?thing a pol:Target ; dcterms:isPartOf ?within ; pol:valueText ?value "
            "OPTIONAL { ?thing pol:unit ?unit } OPTIONAL { ?thing pol:ofYear ?year }", "?year ?thing"),
        Panel("narrower", "下位產業", "Narrower", (_THING,), "?thing skos:broader ?this", "?thing"),
        _OVER_TIME,
    ),
    "Regulation": (
        Panel("cited", "引用", "Cited by", (_CLASS, _THING, Column("provision", "條文", "Provision")),
              "{ ?thing pol:cites ?this } UNION { ?provision dcterms:isPartOf ?this . ?thing pol:cites ?provision } "
              + _KIND, "?class ?thing"),
        Panel("amended", "修正", "Amended by", (_CLASS, _THING), f"?thing pol:amends ?this . {_KIND}", "?thing",
              ("?thing", "pol:amends", "?this")),
        Panel("provisions", "條文", "Provisions", (_THING,), "?thing a pol:Provision ; dcterms:isPartOf ?this",
              "?thing"),
        _OVER_TIME, _MENTIONED,
    ),
    "Provision": (
        Panel("cited", "引用", "Cited by", (_CLASS, _THING), f"?thing pol:cites ?this . {_KIND}", "?class ?thing",
              ("?thing", "pol:cites", "?this")),
        _MENTIONED,
    ),
    "Recommendation": (
        Panel("proposed", "提出者", "Proposed by", (_BODY,), "?this pol:proposedBy ?body", "",
              ("?this", "pol:proposedBy", "?body")),
        _PARTS, _TARGETS, _INDUSTRY_OF,
        Panel("candidates", "可能回應的措施或計畫", "Measures and programmes that may answer it", (
            Column("thing", "項目", "Item"), Column("confidence", "信心", "Confidence", "share"),
            Column("state", "狀態", "State", "status"), Column("reason", "理由", "Reason", "text")),
            "?link a pol:AnswerLink ; rdf:subject ?this ; rdf:object ?thing ; pol:confidence ?confidence ; "
            "pol:reviewStatus ?state ; pol:reason ?reason", "DESC(?confidence) ?thing"),
        _MENTIONS,
    ),
    "Response": (
        Panel("to", "回應的建議", "Answers", (_THING,), "?this pol:responseTo ?thing", "",
              ("?this", "pol:responseTo", "?thing")),
        Panel("status", "參採情形", "Status", (Column("status", "參採情形", "Status", "status"),),
              "?this pol:adoptionStatus ?status", "", ("?this", "pol:adoptionStatus", "?status")),
        Panel("cites", "引用的法規", "Cites", (_THING,), "?this pol:cites ?thing", "?thing",
              ("?this", "pol:cites", "?thing")),
        _TARGETS, _MENTIONS,
    ),
    "BudgetLine": (
        Panel("of", "工作計畫", "Work plan", (
            Column("plan", "工作計畫", "Work plan"), Column("category", "類別", "Category", "status"),
            Column("year", "年度", "Year", "year"), Column("body", "機關", "Body")),
            "OPTIONAL { ?this pol:workPlan ?plan } OPTIONAL { ?this pol:category ?category } OPTIONAL { ?this "
            "pol:fiscalYear ?year } OPTIONAL { ?this pol:agency ?body }", "", ("?this", "pol:workPlan", "?plan")),
        _PARTS,
        Panel("measures", "可能由此支應的措施", "Measures it may pay for", (
            Column("measure", "措施", "Measure"), Column("confidence", "信心", "Confidence", "share"),
            Column("state", "狀態", "State", "status"), Column("reason", "理由", "Reason", "text")),
            "?link a pol:BudgetLink ; rdf:object ?this ; rdf:subject ?measure ; pol:confidence ?confidence ; "
            "pol:reviewStatus ?state ; pol:reason ?reason", "DESC(?confidence) ?measure"),
        _INDUSTRY_OF, _MENTIONS,
    ),
    "WorkPlan": (
        Panel("lines", "預算項目", "Budget lines", (
            Column("thing", "項目", "Line"), Column("category", "類別", "Category", "status"),
            Column("year", "年度", "Year", "year")),
            "?thing pol:workPlan ?this OPTIONAL { ?thing pol:category ?category } OPTIONAL { ?thing "
            "pol:fiscalYear ?year }", "?year ?thing", ("?thing", "pol:workPlan", "?this")),
    ),
}
