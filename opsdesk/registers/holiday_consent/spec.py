"""节假日休息同意 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Register
from opsdesk.registers.holiday_consent import service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices

REGISTER = Register(
    slug="holiday_consent",
    title="节假日休息同意",
    singular="同意记录",
    topics=frozenset({"holiday_consent", "vendor", "calendar"}),
    columns=(
        Column("vendor", "外包单位", width=128),
        Column("first_day", "第一天", Kind.DATE, 136),
        Column("last_day", "最后一天", Kind.DATE, 136),
        Column("holiday", "节假日", width=144),
        Column("agreed_by", "同意人", width=112),
        Column("agreed_on", "同意日期", Kind.DATE, 136),
        Column("evidence", "凭据", width=0),
        Column("state", "状态", Kind.CHIP, 104),
    ),
    list=service.listed,
    fields=(
        Field("vendor_id", "外包单位", Kind.CHOICE, required=True, options=choices.vendors),
        Field("first_day", "第一天", Kind.DATE, required=True, help="同意休息的节假日，从这一天起。"),
        Field("last_day", "最后一天", Kind.DATE, required=True),
        Field("agreed_by", "同意人", required=True, help="最终用户一方表示同意的人。"),
        Field("agreed_on", "同意日期", Kind.DATE, required=True, help="应在放假以前；以后补的算数，会注明事后同意。"),
        Field("evidence", "凭据", help="函件编号、邮件或通话记录，可不填。"),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("vendor", "外包单位", choices.vendors),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in service.TONES]),
    ),
    acts=(
        Act(
            "withdraw",
            "撤销",
            lambda ctx, record_id, values: service.withdraw(ctx, consent_id=record_id, reason=values["reason"]),
            fields=(Field("reason", "撤销原因", required=True),),
            confirm="撤销以后，这些节假日重新提示缺少最终用户的同意。",
            roles=frozenset({str(Role.SUPERVISOR)}),
            offered=lambda values: values["withdrawn_at"] is None,
        ),
    ),
    empty="还没有同意记录。合同作息要求最终用户同意才休节假日的单位，请在放假以前登记同意。",
)
