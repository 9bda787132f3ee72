"""What the page of each class tells first: panels, each a table of what a query finds about the thing.

A panel is shown where its query finds something. ``proof`` names the relation that its rows claim, so that
every row leads to the sentence it was read from.
"""

from __future__ import annotations

from dataclasses import dataclass

from kg.web.language import N_

#: rows of one panel on the page
ROWS = 60


@dataclass(frozen=True, slots=True)
class Column:
    """A variable of the query; ``title`` in Chinese; ``kind``: thing, text, class, status, share (0..1), number, year.
    """

    name: str
    title: str
    kind: str = "thing"


@dataclass(frozen=True, slots=True)
class Panel:
    """``where`` is a graph pattern about ``?this``; rows are distinct over the columns, in the order of ``order``.
    ``@THIS`` in it stands for the values of ``?this``, for subqueries, which do not see those around them.

    ``proof``: subject, predicate, object, each "?name" of a column or of this, or a prefixed name.
    """

    slug: str
    title: str
    columns: tuple[Column, ...]
    where: str
    order: str = ""
    proof: tuple[str, str, str] | None = None



_THING = Column("thing", N_("項目"))
_CLASS = Column("class", N_("類別"), "class")
_WITHIN = Column("within", N_("所屬"))
_BODY = Column("body", N_("機關"))

_KIND = "?thing a ?class FILTER(?class NOT IN (pol:PlanElement, pol:GovernmentBody)) "
_PART = "OPTIONAL { ?thing dcterms:isPartOf ?within } "
_LED = f"?thing %s ?this . {_KIND}{_PART}"

_BY_BODY = (
    Panel("leads", N_("主辦"), (_CLASS, _THING, _WITHIN), _LED % "pol:leadBy", "?class ?thing",
          ("?thing", "pol:leadBy", "?this")),
    Panel("joins", N_("協辦"), (_CLASS, _THING, _WITHIN), _LED % "pol:partneredBy", "?class ?thing",
          ("?thing", "pol:partneredBy", "?this")),
    Panel("responsible", N_("負責"), (_CLASS, _THING, _WITHIN), _LED % "pol:responsibleBody",
          "?class ?thing", ("?thing", "pol:responsibleBody", "?this")),
    Panel("answers", N_("回應的建議"), (
        Column("recommendation", N_("建議事項")), Column("status", N_("參採情形"), "status"),
        Column("scope", N_("但書"), "text"), Column("thing", N_("回應"))),
        "?thing pol:respondent ?this ; pol:responseTo ?recommendation OPTIONAL { ?thing pol:adoptionStatus ?status } "
        "OPTIONAL { ?thing pol:statusScope ?scope }", "?recommendation", ("?thing", "pol:respondent", "?this")),
    Panel("proposes", N_("提出的建議"), (
        Column("thing", N_("建議事項")), Column("count", N_("回應數"), "number")),
        "{ SELECT ?this ?thing (COUNT(?r) AS ?count) { "
        "@THIS ?thing pol:proposedBy ?this OPTIONAL { ?r pol:responseTo ?thing } } "
        "GROUP BY ?this ?thing }", "DESC(?count) ?thing",
        ("?thing", "pol:proposedBy", "?this")),
    Panel("lines", N_("各預算項目"), (
        Column("plan", N_("工作計畫")), Column("thing", N_("細項")),
        Column("category", N_("分類"), "status"), Column("year", N_("年度"), "year")),
        "?thing a pol:BudgetLine ; pol:agency ?this OPTIONAL { ?thing pol:workPlan ?plan } OPTIONAL { ?thing "
        "pol:category ?category } OPTIONAL { ?thing pol:fiscalYear ?year }", "?year ?plan ?thing",
        ("?thing", "pol:agency", "?this")),
    Panel("works-with", N_("合作最多的機關"), (
        _BODY, Column("count", N_("共同項目"), "number")),
        "{ SELECT ?this ?body (COUNT(DISTINCT ?x) AS ?count) { @THIS VALUES ?p { pol:leadBy pol:partneredBy "
        "pol:responsibleBody } VALUES ?q { pol:leadBy pol:partneredBy pol:responsibleBody } ?x ?p ?this ; ?q ?body "
        "FILTER(?body != ?this) } GROUP BY ?this ?body }", "DESC(?count) ?body"),
    Panel("industries", N_("涉及的產業"), (Column("thing", N_("產業")),),
          "?this pol:activeIn ?thing", "?thing", ("?this", "pol:activeIn", "?thing")),
    Panel("parts", N_("所屬機關"), (Column("thing", N_("機關")),),
          "?thing org:subOrganizationOf ?this", "?thing"),
)

_CANDIDATES = Panel(
    "candidates", N_("預算項目候選"), (
        Column("line", N_("預算項目")), Column("plan", N_("工作計畫")),
        Column("confidence", N_("信心"), "share"), Column("state", N_("狀態"), "status"),
        Column("reason", N_("理由"), "text")),
    "?link a pol:BudgetLink ; rdf:subject ?this ; rdf:object ?line ; pol:confidence ?confidence ; pol:reviewStatus "
    "?state ; pol:reason ?reason OPTIONAL { ?line pol:workPlan ?plan }", "DESC(?confidence) ?line",
)
_TARGETS = Panel(
    "targets", N_("量化指標"), (
        Column("thing", N_("指標")), Column("value", N_("數值"), "text"),
        Column("unit", N_("單位"), "text"), Column("year", N_("年度"), "year"),
        Column("kind", N_("性質"), "status")),
    "?thing a pol:Target ; dcterms:isPartOf ?this ; pol:valueText ?value OPTIONAL { ?thing pol:unit ?unit } OPTIONAL { "
    "?thing pol:ofYear ?year } OPTIONAL { ?thing pol:kind ?kind }", "?year ?thing",
)
_PARTS = Panel(
    "below", N_("下一層"), (_CLASS, Column("number", N_("編號"), "text"), _THING),
    f"?thing dcterms:isPartOf ?this . {_KIND} OPTIONAL {{ ?thing pol:number ?number }} OPTIONAL {{ ?thing pol:order ?n "
    "} FILTER(?class NOT IN (pol:Target, pol:BudgetAmount))", "?n ?thing",
)
_MINISTRIES = tuple(
    Panel(slug, title, (_BODY,), f"?this {p} ?body", "?body", ("?this", p, "?body"))
    for slug, title, p in (
        ("lead", N_("主辦機關"), "pol:leadBy"), ("partners", N_("協辦機關"), "pol:partneredBy"),
        ("body", N_("負責機關"), "pol:responsibleBody"),
    )
)
_MENTIONS = Panel("mentions", N_("提及"), (_CLASS, _THING), f"?this pol:mentions ?thing . {_KIND}",
                  "?class ?thing", ("?this", "pol:mentions", "?thing"))
_INDUSTRY_OF = Panel("industry", N_("針對的產業"), (_THING,), "?this pol:targetsIndustry ?thing", "?thing",
                     ("?this", "pol:targetsIndustry", "?thing"))
_PERIOD = Panel(
    "period", N_("期程"), (
        Column("start", N_("起"), "year"), Column("end", N_("迄"), "year"), Column("printed", N_("原文期程"), "text")),
    "?this pol:startYear ?start OPTIONAL { ?this pol:endYear ?end } OPTIONAL { ?this pol:periodText ?printed }",
    "?start", ("?this", "pol:startYear", "?start"),
)
_OVER_TIME = Panel(
    "documents", N_("各文件提到幾次"), (
        Column("document", N_("文件")), Column("year", N_("年度"), "year"),
        Column("count", N_("次數"), "number")),
    "{ SELECT ?this ?document ?year (COUNT(DISTINCT ?e) AS ?count) { @THIS ?this pol:evidence ?e . ?e pol:inDocument "
    "?document OPTIONAL { ?document pol:ofYear ?year } } GROUP BY ?this ?document ?year }", "?year ?document",
)
_MENTIONED = Panel("mentioned", N_("提及這裡的"), (_CLASS, _THING, _WITHIN), _LED % "pol:mentions",
                   "?class ?thing", ("?thing", "pol:mentions", "?this"))
_ELEMENT = (*_MINISTRIES, _PERIOD, _PARTS, _TARGETS, _INDUSTRY_OF, _CANDIDATES, _MENTIONS)

#: class -> its panels in the order of the page
PROFILES: dict[str, tuple[Panel, ...]] = {
    "Ministry": _BY_BODY, "Agency": _BY_BODY, "GovernmentBody": _BY_BODY,
    "Plan": _ELEMENT, "Goal": _ELEMENT, "Strategy": _ELEMENT, "Measure": _ELEMENT, "Action": _ELEMENT,
    "Program": (
        *_MINISTRIES, _PERIOD, _OVER_TIME,
        Panel("scopes", N_("產業範疇"), (_THING, Column("industry", N_("產業"))),
              "?thing a pol:IndustryScope ; dcterms:isPartOf ?this OPTIONAL { ?thing pol:targetsIndustry ?industry }",
              "?thing"),
        _INDUSTRY_OF, _MENTIONED,
    ),
    "IndustryScope": (
        *_MINISTRIES, _INDUSTRY_OF,
        Panel("covers", N_("涵蓋"), (_THING,), "?this pol:coversIndustry ?thing", "?thing",
              ("?this", "pol:coversIndustry", "?thing")),
        _PARTS, _TARGETS,
    ),
    "Industry": (
        Panel("scopes", N_("列入的範疇"), (
            _THING, Column("program", N_("計畫方案")), _BODY),
            "{ ?thing pol:coversIndustry ?this } UNION { ?thing a pol:IndustryScope ; pol:targetsIndustry ?this } "
            "OPTIONAL { ?thing dcterms:isPartOf ?program } OPTIONAL { ?thing pol:responsibleBody ?body }", "?thing"),
        Panel("bodies", N_("相關機關"), (_BODY,), "?body pol:activeIn ?this", "?body",
              ("?body", "pol:activeIn", "?this")),
        Panel("aimed", N_("針對這個產業的"), (_CLASS, _THING, _WITHIN),
              (_LED % "pol:targetsIndustry") + "FILTER(?class NOT IN (pol:Recommendation, pol:IndustryScope))",
              "?class ?thing", ("?thing", "pol:targetsIndustry", "?this")),
        Panel("recommendations", N_("各項建議"), (
            _THING, Column("response", N_("回應")), Column("status", N_("參採情形"), "status")),
            "?thing a pol:Recommendation ; pol:targetsIndustry ?this OPTIONAL { "
            "?response pol:responseTo ?thing OPTIONAL { ?response pol:adoptionStatus ?status } }", "?thing",
            ("?thing", "pol:targetsIndustry", "?this")),
        Panel("targets", N_("量化指標"), (
            Column("thing", N_("指標")), Column("value", N_("數值"), "text"),
            Column("unit", N_("單位"), "text"), Column("year", N_("年度"), "year"), _WITHIN),
            "?within pol:targetsIndustry ?this . ?thing a pol:Target ; dcterms:isPartOf ?within ; pol:valueText ?value "
            "OPTIONAL { ?thing pol:unit ?unit } OPTIONAL { ?thing pol:ofYear ?year }", "?year ?thing"),
        Panel("narrower", N_("下位產業"), (_THING,), "?thing skos:broader ?this", "?thing"),
        _OVER_TIME,
    ),
    "Regulation": (
        Panel("cited", N_("被引用"), (_CLASS, _THING, Column("provision", N_("條文"))),
              "{ ?thing pol:cites ?this } UNION { ?provision dcterms:isPartOf ?this . ?thing pol:cites ?provision } "
              + _KIND, "?class ?thing"),
        Panel("amended", N_("修正"), (_CLASS, _THING), f"?thing pol:amends ?this . {_KIND}", "?thing",
              ("?thing", "pol:amends", "?this")),
        Panel("provisions", N_("各條文"), (_THING,), "?thing a pol:Provision ; dcterms:isPartOf ?this",
              "?thing"),
        _OVER_TIME, _MENTIONED,
    ),
    "Provision": (
        Panel("cited", N_("被引用"), (_CLASS, _THING), f"?thing pol:cites ?this . {_KIND}", "?class ?thing",
              ("?thing", "pol:cites", "?this")),
        _MENTIONED,
    ),
    "Recommendation": (
        Panel("proposed", N_("提出者"), (_BODY,), "?this pol:proposedBy ?body", "",
              ("?this", "pol:proposedBy", "?body")),
        _PARTS, _TARGETS, _INDUSTRY_OF,
        Panel("candidates", N_("可能回應的措施或計畫"), (
            Column("thing", N_("項目")), Column("confidence", N_("信心"), "share"),
            Column("state", N_("狀態"), "status"), Column("reason", N_("理由"), "text")),
            "?link a pol:AnswerLink ; rdf:subject ?this ; rdf:object ?thing ; pol:confidence ?confidence ; "
            "pol:reviewStatus ?state ; pol:reason ?reason", "DESC(?confidence) ?thing"),
        _MENTIONS,
    ),
    "Response": (
        Panel("to", N_("所回應的建議"), (_THING,), "?this pol:responseTo ?thing", "",
              ("?this", "pol:responseTo", "?thing")),
        Panel("status", N_("參採情形"), (Column("status", N_("參採情形"), "status"),),
              "?this pol:adoptionStatus ?status", "", ("?this", "pol:adoptionStatus", "?status")),
        Panel("cites", N_("引用的法規"), (_THING,), "?this pol:cites ?thing", "?thing",
              ("?this", "pol:cites", "?thing")),
        _TARGETS, _MENTIONS,
    ),
    "BudgetLine": (
        Panel("of", N_("工作計畫"), (
            Column("plan", N_("工作計畫")), Column("category", N_("分類"), "status"),
            Column("year", N_("年度"), "year"), Column("body", N_("機關"))),
            "OPTIONAL { ?this pol:workPlan ?plan } OPTIONAL { ?this pol:category ?category } OPTIONAL { ?this "
            "pol:fiscalYear ?year } OPTIONAL { ?this pol:agency ?body }", "", ("?this", "pol:workPlan", "?plan")),
        _PERIOD, _PARTS,
        Panel("measures", N_("可能由此支應的措施"), (
            Column("measure", N_("措施")), Column("confidence", N_("信心"), "share"),
            Column("state", N_("狀態"), "status"), Column("reason", N_("理由"), "text")),
            "?link a pol:BudgetLink ; rdf:object ?this ; rdf:subject ?measure ; pol:confidence ?confidence ; "
            "pol:reviewStatus ?state ; pol:reason ?reason", "DESC(?confidence) ?measure"),
        _INDUSTRY_OF, _MENTIONS,
    ),
    "WorkPlan": (
        Panel("lines", N_("各預算項目"), (
            Column("thing", N_("細項")), Column("category", N_("分類"), "status"),
            Column("year", N_("年度"), "year")),
            "?thing pol:workPlan ?this OPTIONAL { ?thing pol:category ?category } OPTIONAL { ?thing "
            "pol:fiscalYear ?year }", "?year ?thing", ("?thing", "pol:workPlan", "?this")),
    ),
}
