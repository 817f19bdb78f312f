"""The desk opens: site, people, attendance, audit chain."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """CREATE TABLE account (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    active INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT pk_account PRIMARY KEY (id),
    CONSTRAINT uq_account_name UNIQUE (name)
) STRICT""",
    """CREATE TABLE calendar_day (
    id INTEGER NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_calendar_day PRIMARY KEY (id),
    CONSTRAINT uq_calendar_day_day UNIQUE (day)
) STRICT""",
    """CREATE TABLE calendar_year (
    id INTEGER NOT NULL,
    year INTEGER NOT NULL,
    source TEXT NOT NULL,
    CONSTRAINT pk_calendar_year PRIMARY KEY (id),
    CONSTRAINT uq_calendar_year_year UNIQUE (year)
) STRICT""",
    """CREATE TABLE import_batch (
    id INTEGER NOT NULL,
    what TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    format TEXT NOT NULL,
    at TEXT NOT NULL,
    rows_read INTEGER NOT NULL,
    rows_stored INTEGER NOT NULL,
    rows_duplicate INTEGER NOT NULL,
    rows_rejected INTEGER NOT NULL,
    CONSTRAINT pk_import_batch PRIMARY KEY (id)
) STRICT""",
    """CREATE TABLE ledger (
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    uptime_ms INTEGER NOT NULL,
    boot TEXT NOT NULL,
    operator TEXT NOT NULL,
    role TEXT NOT NULL,
    station TEXT NOT NULL,
    act TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    body TEXT NOT NULL,
    reason TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_ledger PRIMARY KEY (seq)
) STRICT""",
    "CREATE INDEX ix_ledger_at ON ledger (at)",
    "CREATE INDEX ix_ledger_subject_ledger_subject_id ON ledger (subject, subject_id)",
    """CREATE TABLE personal_value (
    seq INTEGER NOT NULL,
    "column" TEXT NOT NULL,
    salt TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_personal_value PRIMARY KEY (seq, "column")
) STRICT""",
    """CREATE TABLE post (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    duties TEXT NOT NULL,
    left_on TEXT,
    CONSTRAINT pk_post PRIMARY KEY (id),
    CONSTRAINT uq_post_name UNIQUE (name)
) STRICT""",
    """CREATE TABLE printed_paper (
    id INTEGER NOT NULL,
    code TEXT NOT NULL,
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    at TEXT NOT NULL,
    "by" TEXT NOT NULL,
    format TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    head TEXT NOT NULL,
    CONSTRAINT pk_printed_paper PRIMARY KEY (id)
) STRICT""",
    """CREATE TABLE setting (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_setting PRIMARY KEY (id),
    CONSTRAINT uq_setting_name UNIQUE (name)
) STRICT""",
    """CREATE TABLE shift (
    id INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    pairs TEXT NOT NULL,
    left_on TEXT,
    CONSTRAINT pk_shift PRIMARY KEY (id),
    CONSTRAINT uq_shift_code UNIQUE (code),
    CONSTRAINT uq_shift_name UNIQUE (name)
) STRICT""",
    """CREATE TABLE site_hours (
    id INTEGER NOT NULL,
    holds_from TEXT NOT NULL,
    pairs TEXT NOT NULL,
    CONSTRAINT pk_site_hours PRIMARY KEY (id),
    CONSTRAINT uq_site_hours_holds_from UNIQUE (holds_from)
) STRICT""",
    """CREATE TABLE vendor (
    id INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    left_on TEXT,
    CONSTRAINT pk_vendor PRIMARY KEY (id),
    CONSTRAINT uq_vendor_code UNIQUE (code),
    CONSTRAINT uq_vendor_name UNIQUE (name)
) STRICT""",
    """CREATE TABLE contact_person (
    id INTEGER NOT NULL,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    organisation TEXT NOT NULL,
    vendor_id INTEGER,
    phone TEXT,
    email TEXT,
    left_on TEXT,
    CONSTRAINT pk_contact_person PRIMARY KEY (id),
    CONSTRAINT fk_contact_person_vendor_id FOREIGN KEY(vendor_id) REFERENCES vendor (id)
) STRICT""",
    """CREATE TABLE contract (
    id INTEGER NOT NULL,
    vendor_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    project TEXT NOT NULL,
    begins_on TEXT NOT NULL,
    ends_on TEXT,
    CONSTRAINT pk_contract PRIMARY KEY (id),
    CONSTRAINT uq_contract_number UNIQUE (number),
    CONSTRAINT fk_contract_vendor_id FOREIGN KEY(vendor_id) REFERENCES vendor (id)
) STRICT""",
    """CREATE TABLE staff (
    id INTEGER NOT NULL,
    staff_no TEXT NOT NULL,
    name TEXT NOT NULL,
    initials TEXT NOT NULL,
    pin TEXT,
    badge_no TEXT,
    vendor_id INTEGER NOT NULL,
    post_id INTEGER,
    phone TEXT,
    arrived_on TEXT NOT NULL,
    left_on TEXT,
    reserve INTEGER NOT NULL,
    joined_implementation INTEGER,
    career_started_on TEXT,
    hotline_phone TEXT,
    has_pc INTEGER,
    has_internet INTEGER,
    lodging_minutes INTEGER,
    remarks TEXT NOT NULL,
    CONSTRAINT pk_staff PRIMARY KEY (id),
    CONSTRAINT uq_staff_staff_no UNIQUE (staff_no),
    CONSTRAINT uq_staff_pin UNIQUE (pin),
    CONSTRAINT uq_staff_badge_no UNIQUE (badge_no),
    CONSTRAINT fk_staff_vendor_id FOREIGN KEY(vendor_id) REFERENCES vendor (id),
    CONSTRAINT fk_staff_post_id FOREIGN KEY(post_id) REFERENCES post (id)
) STRICT""",
    "CREATE INDEX ix_staff_vendor_id ON staff (vendor_id)",
    """CREATE TABLE contract_term (
    id INTEGER NOT NULL,
    contract_id INTEGER NOT NULL,
    topic TEXT NOT NULL,
    regulation TEXT NOT NULL,
    holds_from TEXT NOT NULL,
    CONSTRAINT pk_contract_term PRIMARY KEY (id),
    CONSTRAINT uq_contract_term_contract_id_topic_holds_from UNIQUE (contract_id, topic, holds_from),
    CONSTRAINT fk_contract_term_contract_id FOREIGN KEY(contract_id) REFERENCES contract (id)
) STRICT""",
    """CREATE TABLE leave (
    id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    begins_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    withdrawn_at TEXT,
    CONSTRAINT pk_leave PRIMARY KEY (id),
    CONSTRAINT fk_leave_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
) STRICT""",
    "CREATE INDEX ix_leave_begins_at ON leave (begins_at)",
    "CREATE INDEX ix_leave_staff_id_leave_begins_at ON leave (staff_id, begins_at)",
    """CREATE TABLE punch (
    id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    direction TEXT NOT NULL,
    source TEXT NOT NULL,
    device TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    doubted INTEGER NOT NULL,
    batch_id INTEGER,
    void_at TEXT,
    void_by TEXT,
    void_reason TEXT,
    CONSTRAINT pk_punch PRIMARY KEY (id),
    CONSTRAINT fk_punch_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_punch_batch_id FOREIGN KEY(batch_id) REFERENCES import_batch (id)
) STRICT""",
    "CREATE INDEX ix_punch_batch_id ON punch (batch_id)",
    "CREATE INDEX ix_punch_day_punch_staff_id ON punch (day, staff_id)",
    "CREATE INDEX ix_punch_staff_id_punch_at ON punch (staff_id, at)",
    """CREATE TABLE roster_entry (
    id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    shift_id INTEGER,
    CONSTRAINT pk_roster_entry PRIMARY KEY (id),
    CONSTRAINT uq_roster_entry_staff_id_day UNIQUE (staff_id, day),
    CONSTRAINT fk_roster_entry_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_roster_entry_shift_id FOREIGN KEY(shift_id) REFERENCES shift (id)
) STRICT""",
    "CREATE INDEX ix_roster_entry_day ON roster_entry (day)",
    """CREATE TABLE verdict (
    id INTEGER NOT NULL,
    subject TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    judgement TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    amount_fen INTEGER,
    citations TEXT NOT NULL,
    sentence TEXT NOT NULL,
    made_at TEXT NOT NULL,
    replaced_at TEXT,
    CONSTRAINT pk_verdict PRIMARY KEY (id),
    CONSTRAINT fk_verdict_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
) STRICT""",
    "CREATE INDEX ix_verdict_day_verdict_staff_id ON verdict (day, staff_id)",
    "CREATE INDEX ix_verdict_subject_verdict_subject_id ON verdict (subject, subject_id)",
    """CREATE TABLE correction (
    id INTEGER NOT NULL,
    number TEXT NOT NULL,
    staff_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    direction TEXT NOT NULL,
    actual_at TEXT NOT NULL,
    cause TEXT NOT NULL,
    explanation TEXT NOT NULL,
    witness TEXT NOT NULL,
    evidence TEXT NOT NULL,
    filed_at TEXT NOT NULL,
    filed_by TEXT NOT NULL,
    state TEXT NOT NULL,
    decided_at TEXT,
    decided_by TEXT,
    decision_note TEXT NOT NULL,
    corrects_punch_id INTEGER,
    punch_id INTEGER,
    CONSTRAINT pk_correction PRIMARY KEY (id),
    CONSTRAINT uq_correction_number UNIQUE (number),
    CONSTRAINT fk_correction_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_correction_corrects_punch_id FOREIGN KEY(corrects_punch_id) REFERENCES punch (id),
    CONSTRAINT fk_correction_punch_id FOREIGN KEY(punch_id) REFERENCES punch (id)
) STRICT""",
    "CREATE INDEX ix_correction_day ON correction (day)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
