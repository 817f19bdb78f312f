"""考核方案 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Register
from opsdesk.registers.scheme import acts, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_schemes
from opsdesk.services.context import Context

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
SCHEME, GROUP = "方案", "依据和考核小组"


def _periods(_ctx: Context) -> Options:
    return [(word, word) for word in service.PERIODS]


def _objects(_ctx: Context) -> Options:
    return [(word, word) for word in service.OBJECTS]


REGISTER = Register(
    slug="scheme",
    stored_as="appraisal_scheme",
    title="考核方案",
    singular="考核方案",
    topics=service.TOUCHED,
    columns=(
        Column("code", "代码", Kind.CODE, 72),
        Column("edition", "版次", Kind.INTEGER, 64),
        Column("title", "名称", width=0),
        Column("period_kind", "周期", width=72),
        Column("object_kind", "对象", width=96),
        Column("regulation", "依据规章", width=80),
        Column("weight", "权重合计", width=136),
        Column("begins_on", "生效日", Kind.DATE, 128),
        Column("published_on", "公示日期", Kind.DATE, 128),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field(
            "code", "代码", Kind.CODE, required=True, group=SCHEME, help="简短、不重复，例如 T1Q。各版同一个代码。"
        ),
        Field("edition", "版次", Kind.INTEGER, group=SCHEME, read_only=True),
        Field("told", "公示和使用", Kind.LONG_TEXT, group=SCHEME, read_only=True),
        Field("title", "名称", required=True, group=SCHEME),
        Field("period_kind", "周期", Kind.CHOICE, required=True, group=SCHEME, options=_periods),
        Field(
            "level", "级别", Kind.CHOICE, required=True, group=SCHEME,
            options=lambda _ctx: [(word, word) for word in service.LEVELS],
            help="考核分公司级和部门级（T4 3.1）。",
        ),
        Field("object_kind", "对象", Kind.CHOICE, required=True, group=SCHEME, options=_objects),
        Field("regulation", "依据规章", Kind.CHOICE, required=True, group=SCHEME, options=service.regulations),
        Field(
            "grades", "等级", required=True, group=SCHEME, default=lambda _ctx: "优 90 良 75 合格 60 不合格 0",
            help="名称后面写最低分，从高到低，最后一等从 0 分起。",
        ),
        Field(
            "begins_on", "生效日", Kind.DATE, required=True, group=SCHEME,
            help="周期的最后一天在这一天或以后的，按这一版考核。",
        ),
        Field("overview", "考核指标", Kind.LONG_TEXT, group=SCHEME, read_only=True),
        Field("grounds", "依据文件", Kind.LONG_TEXT, group=GROUP, help="规程、责任书等，一行一份（T4 6.1）。"),
        Field("leader", "组长", group=GROUP, help="姓名或职务，一人（T4 5.1）。"),
        Field("members", "组员", Kind.LONG_TEXT, group=GROUP, help="一行一人或一个职务，至少两类（T4 5.2）。"),
        Field("remarks", "备注", Kind.LONG_TEXT, group=GROUP),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("period_kind", "周期", _periods),
        Filter("object_kind", "对象", _objects),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in service.TONES]),
    ),
    acts=(
        Act(
            "publish", "公示", acts.publish, roles=SUPERVISOR,
            fields=(Field("day", "公示日期", Kind.DATE, help="张贴或发出的那一天；空着就是今天。"),),
            confirm="公示以后这一版不能再改，要改请用“新版”。",
            offered=lambda values: values["published_on"] is None and values["ended_on"] is None,
        ),
        Act(
            "renew", "新版", acts.renew, roles=SUPERVISOR,
            fields=(
                Field("begins_on", "生效日", Kind.DATE, required=True, help="方案和指标照抄一份，改好以后公示。"),
            ),
            offered=appraisal_schemes.fixed,
        ),
        Act(
            "retire", "停用", acts.retire, roles=SUPERVISOR,
            fields=(Field("day", "停用日期", Kind.DATE, help="从这一天起不再用；空着就是今天。"),),
            offered=lambda values: values["ended_on"] is None,
        ),
        Act(
            "bring_back", "恢复", acts.bring_back, roles=SUPERVISOR,
            offered=lambda values: values["ended_on"] is not None,
        ),
    ),
    empty="还没有考核方案。点“新建”登记方案，再在“考核指标”里写下各项指标，公示以后按它打分。",
    save_roles=SUPERVISOR,
    closed=appraisal_schemes.fixed,
)  # fmt: skip
