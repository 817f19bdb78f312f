"""请假单 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.leave import acts, documents, service
from opsdesk.rules.leave import HospitalLevel
from opsdesk.rules.vocabulary import LeaveKind, Role
from opsdesk.services import choices, duties
from opsdesk.services.context import Context
from opsdesk.services.leave_slips import CERTIFICATE, OTHER_PAPER, Part

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
ASKED, PROOF, COVER, OPINION = "请假", "证明与去向", "顶岗与交接", "意见（纸面已办的在这里一次填齐）"


def _kinds(_ctx: Context) -> Options:
    return [(str(kind), str(kind)) for kind in LeaveKind]


def _parts(_ctx: Context) -> Options:
    return [(str(part), str(part)) for part in Part]


def _papers(_ctx: Context) -> Options:
    return [(paper, paper) for paper in (CERTIFICATE, OTHER_PAPER)]


def _levels(_ctx: Context) -> Options:
    return [(str(level), str(level)) for level in HospitalLevel]


def _deputies(ctx: Context) -> Options:
    """Stand-by staff first."""
    with ctx.read() as connection:
        people = sorted(duties.people(connection), key=lambda each: not each.reserve)
    return [
        (each.id, f"{each.staff_no} {each.name}（{each.vendor}{'，储备' if each.reserve else ''}）") for each in people
    ]


def _open(values: service.Values) -> bool:
    return values["id"] > 0 and values["withdrawn_at"] is None and values["refused_at"] is None


AGREED = Field("vendor_agreed_by", "公司同意人", group=OPINION)
AGREED_AT = Field("vendor_agreed_at", "公司同意于", Kind.MOMENT, group=OPINION, help="空着就是现在。")
SEALED = Field("sealed_on", "盖章日期", Kind.DATE, group=OPINION)
CONSENTED_AT = Field("consented_at", "同意时间", Kind.MOMENT, group=OPINION, help="填了同意人而空着时间，就是现在。")
ARCHIVED = Field("archive_no", "存档号", group=OPINION)
CERTIFIED = Field("certificate", "证明材料", Kind.CHOICE, group=PROOF, options=_papers)
HOSPITAL = Field("hospital", "医院名称", group=PROOF)
LEVEL = Field(
    "hospital_level", "医院级别", Kind.CHOICE, group=PROOF, options=_levels, help="按行政级别，不是三甲等级。"
)

REGISTER = Register(
    slug="leave",
    stored_as="leave_slip",
    title="请假单",
    singular="请假单",
    topics=frozenset({"leave", "staff"}),
    columns=(
        Column("number", "编号", Kind.CODE, 136),
        Column("staff_no", "工号", Kind.CODE, 80),
        Column("name", "姓名", width=128),
        Column("vendor", "外包单位", width=88),
        Column("kind", "类别", width=72),
        Column("begins_at", "开始时间", Kind.MOMENT, 144),
        Column("ends_at", "结束时间", Kind.MOMENT, 144),
        Column("reason", "事由", width=0),
        Column("consented_by", "同意人", width=80),
        Column("state", "状态", Kind.CHIP, 112),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, group=ASKED, read_only=True),
        Field("course", "办理情况", Kind.LONG_TEXT, group=ASKED, read_only=True),
        Field("applied_at", "申请时间", Kind.MOMENT, group=ASKED, default=lambda ctx: ctx.now().replace(second=0)),
        Field(
            "staff_id", "姓名", Kind.CHOICE, required=True, group=ASKED, options=choices.staff,
            help="可以输入工号或姓名查找。",
        ),
        Field("kind", "请假类别", Kind.CHOICE, required=True, group=ASKED, options=_kinds),
        Field("first_day", "自", Kind.DATE, required=True, group=ASKED, default=lambda ctx: ctx.today()),
        Field(
            "first_part", "自（时段）", Kind.CHOICE, group=ASKED, options=_parts, default=lambda _ctx: str(Part.WHOLE),
            help="全天和半天的时刻按本人当天的班次。",
        ),
        Field("first_time", "开始时刻", Kind.TIME, group=ASKED, help="填了就按这个时刻，不按班次。"),
        Field("last_day", "至", Kind.DATE, group=ASKED, help="空着就是当天。"),
        Field(
            "last_part", "至（时段）", Kind.CHOICE, group=ASKED, options=_parts, default=lambda _ctx: str(Part.WHOLE)
        ),
        Field("last_time", "结束时刻", Kind.TIME, group=ASKED, help="填了就按这个时刻，不按班次。"),
        Field("reason", "请假事由", required=True, group=ASKED),
        CERTIFIED,
        HOSPITAL,
        LEVEL,
        Field("place", "外出地区", group=PROOF),
        Field("contact", "联系电话", Kind.CODE, group=PROOF),
        Field("deputy_id", "顶岗人", Kind.CHOICE, group=COVER, options=_deputies),
        Field("handover", "交接事项", Kind.LONG_TEXT, group=COVER),
        AGREED,
        AGREED_AT,
        SEALED,
        Field(
            "consented_by", "同意人", group=OPINION, help="纸质单已经同意的，填同意人；空着就是待同意。"
        ),
        CONSENTED_AT,
        Field("submitted_on", "补交日期", Kind.DATE, group=OPINION, help="事后补交说明的日期。"),
        ARCHIVED,
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("month", "月份", service.months),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in service.STATES]),
    ),
    acts=(
        Act(
            "consent", "同意", acts.consent, roles=SUPERVISOR,
            fields=(
                Field("consented_at", "同意时间", Kind.MOMENT, help="空着就是现在。"),
                Field("archive_no", "存档号"),
            ),
            offered=lambda values: _open(values) and values["consented_at"] is None,
        ),
        Act(
            "refuse", "不同意", acts.refuse, roles=SUPERVISOR,
            fields=(Field("reason", "理由", required=True),),
            offered=lambda values: _open(values) and values["leave_id"] is None,
        ),
        Act(
            "agree", "公司同意", acts.agree,
            fields=(
                Field("vendor_agreed_by", "公司同意人", required=True),
                Field("vendor_agreed_at", "同意时间", Kind.MOMENT, help="空着就是现在。"),
                Field("sealed_on", "盖章日期", Kind.DATE),
            ),
            offered=lambda values: _open(values) and values["vendor_agreed_at"] is None,
        ),
        Act(
            "submit", "补交说明", acts.submit,
            fields=(
                Field("submitted_on", "补交日期", Kind.DATE, default=lambda ctx: ctx.today()),
                Field("sealed_on", "盖章日期", Kind.DATE, help="还没有盖章就空着。"),
                Field("archive_no", "存档号"),
            ),
            offered=lambda values: _open(values) and None in {values["submitted_on"], values["sealed_on"]},
        ),
        Act(
            "certify", "补证明", acts.certify,
            fields=(
                Field("certificate", "证明材料", Kind.CHOICE, required=True, options=_papers),
                Field("hospital", "医院名称"),
                Field("hospital_level", "医院级别", Kind.CHOICE, options=_levels, help="按行政级别，不是三甲等级。"),
            ),
            offered=_open,
        ),
        Act(
            "extend", "续假", acts.extend,
            fields=(
                Field("last_day", "延至", Kind.DATE, required=True),
                Field("last_part", "时段", Kind.CHOICE, options=_parts, default=lambda _ctx: str(Part.WHOLE)),
                Field("last_time", "结束时刻", Kind.TIME, help="填了就按这个时刻，不按班次。"),
                Field("reason", "续假事由", required=True),
            ),
            offered=lambda values: _open(values) and values["leave_id"] is not None and values["returned_at"] is None,
        ),
        Act(
            "close", "销假", acts.close,
            fields=(
                Field(
                    "returned_at", "返岗时间", Kind.MOMENT, required=True, default=lambda ctx: ctx.now(),
                    help="提前返岗的，请假只计到这时。",
                ),
            ),
            offered=lambda values: _open(values) and values["leave_id"] is not None and values["returned_at"] is None,
        ),
        Act(
            "withdraw", "撤销", acts.withdraw, roles=SUPERVISOR,
            fields=(Field("reason", "撤销原因", required=True),),
            confirm="撤销以后，这段时间的到岗会按没有请假重新判定。",
            offered=lambda values: values["withdrawn_at"] is None,
        ),
    ),
    papers=(Paper("slip", "请假单", documents.slip),),
    empty="还没有请假单。点“新建”填写，主管同意后到岗判定会扣除这段时间。",
)  # fmt: skip
