"""考核指标 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Register
from opsdesk.registers.scheme_item import service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_schemes, choices
from opsdesk.services.context import Context

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
ITEM, SCORING = "指标", "计分"


def _ways(_ctx: Context) -> Options:
    return [(word, word) for word in service.WAYS]


REGISTER = Register(
    slug="scheme_item",
    stored_as="appraisal_item",
    title="考核指标",
    singular="考核指标",
    topics=service.TOUCHED,
    columns=(
        Column("scheme", "方案", width=96),
        Column("place", "次序", Kind.INTEGER, 56),
        Column("category", "考核类别", width=112),
        Column("title", "考核指标", width=0),
        Column("weight", "权重", Kind.CODE, 56),
        Column("way", "计分方式", width=96),
        Column("clause", "条款", Kind.CODE, 144),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("title", "考核指标", required=True, group=ITEM),
        Field("scheme_id", "方案", Kind.CHOICE, required=True, group=ITEM, options=appraisal_schemes.offered),
        Field("category", "考核类别", required=True, group=ITEM, options=service.categories),
        Field("place", "次序", Kind.INTEGER, group=ITEM, help="考核表按这个次序排列；空着就排在最后。"),
        Field("weight", "权重", Kind.CODE, group=ITEM, help="满分，例如 10。各指标合计 100 分；加分项空着。"),
        Field(
            "standard", "评分标准", Kind.LONG_TEXT, group=ITEM, help="怎样得分、怎样扣分，写整句；公示以前要写好。"
        ),
        Field("target", "目标值", group=ITEM, help="例如 98%、0 次。"),
        Field("way", "计分方式", Kind.CHOICE, required=True, group=SCORING, options=_ways),
        Field(
            "source", "取数", Kind.CHOICE, group=SCORING, options=service.sources,
            help="从哪些记录自动取数；人工评分的空着。",
        ),
        Field(
            "each", "每次", Kind.CODE, group=SCORING,
            help="发生一次扣几分或加几分。派单考核和考核事项自带分值的可以空着。",
        ),
        Field("cap", "最多", Kind.CODE, group=SCORING, help="合计最多扣几分或加几分；空着扣完权重为止，加分不限。"),
        Field(
            "ladder", "阶梯", group=SCORING,
            help="例如 95% 得 100%，90% 得 80%。空着就按比例得分，低于最后一档不得分。",
        ),
        Field("clause", "条款", Kind.CHOICE, group=SCORING, options=choices.clauses, help="依据哪一条（T4 2.2）。"),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("scheme_id", "方案", appraisal_schemes.offered),
        Filter("way", "计分方式", _ways),
    ),
    acts=(
        Act(
            "retire", "停用", service.retire, roles=SUPERVISOR,
            offered=lambda values: values["left_on"] is None and not appraisal_schemes.fixed(values),
        ),
        Act(
            "bring_back", "恢复", service.bring_back, roles=SUPERVISOR,
            offered=lambda values: values["left_on"] is not None and not appraisal_schemes.fixed(values),
        ),
    ),
    empty="还没有考核指标。先在“考核方案”里登记方案，再点“新建”写下各项指标，权重合计 100 分。",
    save_roles=SUPERVISOR,
    closed=appraisal_schemes.fixed,
)  # fmt: skip
