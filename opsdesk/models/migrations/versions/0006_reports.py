"""Opening, closing and fire check of the offices (F15); daily, weekly and quarterly reports (F07)."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    """CREATE TABLE office_check (
        id INTEGER NOT NULL, office TEXT NOT NULL, day TEXT NOT NULL, opened_at TEXT, opened_by TEXT NOT NULL,
        closed_at TEXT, closed_by TEXT NOT NULL, computers TEXT NOT NULL, sockets TEXT NOT NULL, air_conditioning TEXT
        NOT NULL, lights TEXT NOT NULL, windows TEXT NOT NULL, door TEXT NOT NULL, no_flame TEXT NOT NULL, passage TEXT
        NOT NULL, extinguishers TEXT NOT NULL, emergency_lights TEXT NOT NULL, found TEXT NOT NULL, remedy TEXT NOT
        NULL, inspector TEXT NOT NULL, second_inspector TEXT NOT NULL, signed_at TEXT, signed_by TEXT NOT NULL,
        entered_at TEXT NOT NULL, entered_by TEXT NOT NULL, void_at TEXT, void_reason TEXT NOT NULL, CONSTRAINT
        pk_office_check PRIMARY KEY (id)
    ) STRICT""",
    "CREATE INDEX ix_office_check_day_office_check_office ON office_check (day, office)",
    """CREATE TABLE report (
        id INTEGER NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL, vendor_id INTEGER NOT NULL, first TEXT NOT NULL,
        last TEXT NOT NULL, author TEXT NOT NULL, weather TEXT NOT NULL, people TEXT NOT NULL, work TEXT NOT NULL,
        incidents TEXT NOT NULL, trends TEXT NOT NULL, inspections TEXT NOT NULL, systems TEXT NOT NULL, revisits TEXT
        NOT NULL, self_assessment TEXT NOT NULL, problems TEXT NOT NULL, "plan" TEXT NOT NULL, enclosures TEXT NOT
        NULL, made_at TEXT NOT NULL, made_by TEXT NOT NULL, submitted_at TEXT, submitted_to TEXT NOT NULL, copied_to
        TEXT NOT NULL, signed_at TEXT, signed_by TEXT NOT NULL, void_at TEXT, void_reason TEXT NOT NULL, CONSTRAINT
        pk_report PRIMARY KEY (id), CONSTRAINT uq_report_number UNIQUE (number), CONSTRAINT fk_report_vendor_id FOREIGN
        KEY(vendor_id) REFERENCES vendor (id)
    ) STRICT""",
    "CREATE INDEX ix_report_vendor_id_report_kind_report_last ON report (vendor_id, kind, last)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
