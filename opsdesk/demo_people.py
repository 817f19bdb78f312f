"""The invented people of the demo site: no real person, company or place bears these names together."""

from __future__ import annotations

from dataclasses import dataclass

SITE = "云渡市信息中心"
PROJECT = "云渡市政务信息系统运维服务项目"
SUPERVISOR = "周砚秋"
DESK = "何静宜"

VENDORS = (
    ("MH", "沐禾智服科技有限公司", "沐禾智服"),
    ("LS", "砺石网安技术有限公司", "砺石网安"),
    ("CX", "澄溪数通工程有限公司", "澄溪数通"),
)
CONTRACTS = (
    ("MH", "YD-YW-2025-011", "桌面与服务台运维", "T1", "T2"),
    ("LS", "YD-YW-2025-014", "网络与安全运维", "T3", "T2"),
    ("CX", "YD-YW-2025-017", "数据库与应用运维", "T1", "T3"),
)
"""Vendor, number, project, 作息, 考勤罚则. The last one takes up T2's penalties later."""

POSTS = (
    ("服务台", "受理报修、登记到岗、分派工单。"),
    ("桌面运维", "终端、打印机和会议设备的安装与维修。"),
    ("网络运维", "网络设备和链路的巡检、变更与故障处理。"),
    ("安全运维", "安全设备值守、漏洞整改、日志分析。"),
    ("系统与数据库", "服务器、存储、数据库的运行与备份。"),
    ("应用运维", "业务系统的发布、配置与问题处理。"),
    ("机房值守", "机房动力环境值守与人员出入登记，含夜班。"),
)
SHIFTS = (("D", "白班", "08:30-17:30"), ("N", "夜班", "20:00-次日08:00"))

NEEDS = (("服务台", "", "工作日", 2), ("机房值守", "夜班", "每天", 1))
"""Post, shift (none: the standard hours), days, how many."""


@dataclass(frozen=True)
class Invented:
    """One person: number, name, post, how often late (per hundred days), and what is special about him."""

    number: str
    name: str
    post: str
    late: int = 4
    night: bool = False
    reserve: bool = False
    arrives: int = 0  # workdays after the beginning
    leaves: int | None = None  # workdays after the beginning


PEOPLE = (
    Invented("MH001", "贺云舟", "服务台", 2),
    Invented("MH002", "沈佳慧", "服务台"),
    Invented("MH003", "李𬭎", "桌面运维", 5),
    Invented("MH004", "陆远帆", "桌面运维", 9),
    Invented("MH005", "程亦安", "桌面运维"),
    Invented("MH006", "唐若溪", "应用运维", 3),
    Invented("MH007", "买合木提·艾尼瓦尔", "桌面运维"),
    Invented("MH008", "韩松涛", "应用运维", 6),
    Invented("MH009", "顾明辉", "桌面运维", leaves=31),
    Invented("MH010", "秦建辰", "机房值守", night=True),
    Invented("MH011", "孟晓野", "机房值守", night=True),
    Invented("LS001", "王䶮", "网络运维", 3),
    Invented("LS002", "苏晚晴", "安全运维"),
    Invented("LS003", "段景行", "网络运维", 7),
    Invented("LS004", "叶文彬", "网络运维"),
    Invented("LS005", "罗竹君", "安全运维", 2),
    Invented("LS006", "江牧远", "安全运维", 8),
    Invented("LS007", "阿依夏木·吐尔逊", "安全运维", 3),
    Invented("LS008", "范志白", "网络运维", arrives=22),
    Invented("LS009", "白雪砚", "网络运维", reserve=True),
    Invented("CX001", "温玉成", "系统与数据库", 3),
    Invented("CX002", "石守义", "系统与数据库"),
    Invented("CX003", "乔木生", "系统与数据库", 6),
    Invented("CX004", "闻人悦", "应用运维", 2),
    Invented("CX005", "梁小满", "应用运维", 5),
    Invented("CX006", "单明远", "系统与数据库"),
    Invented("CX007", "谢长亭", "应用运维", reserve=True),
)

CONTACTS = (
    ("接口人", "郑怀安", "云渡市信息中心 运行管理科", ""),
    ("客服专员", "陶一宁", "云渡市信息中心 运行管理科", ""),
    ("运维主管", SUPERVISOR, "云渡市信息中心 驻场运维办公室", ""),
    ("接口人", "贺云舟", "沐禾智服 驻场项目部", "MH"),
    ("接口人", "苏晚晴", "砺石网安 驻场项目部", "LS"),
    ("接口人", "温玉成", "澄溪数通 驻场项目部", "CX"),
)

ABSENCES = (
    ("MH002", "年休假", 8, 2, "08:30", "17:30", "家中有事，年休两天"),
    ("LS004", "病假", 15, 1, "08:30", "17:30", "发热就医"),
    ("CX005", "事假", 19, 1, "08:30", "13:30", "办理证件"),
    ("MH006", "公出", 26, 1, "08:30", "17:30", "到分中心处理系统切换"),
    ("LS005", "外出", 33, 1, "14:00", "17:30", "到二级单位现场排查"),
    ("CX002", "调休", 38, 1, "08:30", "17:30", "上周末值班调休"),
    ("MH008", "病假", 47, 1, "08:30", "17:30", "复查"),
    ("LS001", "年休假", 52, 3, "08:30", "17:30", "探亲"),
)
"""Number, kind, workdays after the beginning, for how many workdays, from, to, reason."""
CERTIFIED = {"LS004": {"certificate": "医院诊断书", "hospital": "云渡市第一人民医院", "hospital_level": "市级"}}
"""Whose sick leave came with its certificate; the other one still waits for it."""
TODAYS_ABSENCE = ("CX004", "年休假", "年休一天")
LATE_TODAY = "MH004"
WEEKEND = ("MH001", "LS002", "MH005", "LS003", "CX006", "CX001")
"""Who takes turns on days of rest, two at a time."""

RETOLD = (
    ("CX001", 20, "离岗", "17:38", "忘签", "下班前在机房处理备份告警，直接从机房离开，忘记签退。", "石守义", True, ""),
    (
        "LS006", 12, "到岗", "08:26", "设备故障", "扫码枪没有反应，到八点五十以后才签上。", "罗竹君", False,
        "服务台当天扫码枪正常，门禁记录为 08:50，与所述不符。",
    ),
    ("MH003", 8, "到岗", "08:21", "外勤", "到岗后直接去三楼会议室调试，忘记先签到。", "程亦安", True, ""),
    ("LS003", 3, "离岗", "17:45", "忘签", "割接方案讨论到下班，散会后直接离开，忘记签退。", "叶文彬", None, ""),
)  # fmt: skip
"""补签: number, workdays before today, end, claimed time, cause, explanation, witness, decision (None: waits), note."""

OVERTIME = (
    ("LS001", 9, "18:00", "21:30", "调休", "核心交换机割接，业务停用窗口在晚间"),
    ("CX001", 24, "18:00", "22:00", "调休", "数据库升级与核对"),
    ("CX003", 24, "18:00", "21:00", "加班费", "数据库升级，应用侧验证"),
    ("MH004", 44, "18:00", "20:00", "调休", "会议室设备更换，次日开会要用"),
)
"""Number, workday after the beginning, from, to, taken as, why; filed and approved that afternoon."""
NOT_COME = ("MH008", 36)
"""Who once did not come and had not asked: number, workday after the beginning."""
WAIVED = "当天地铁停运，有运营公告，免除"
"""Why the supervisor waives a deduction at each end of month."""
