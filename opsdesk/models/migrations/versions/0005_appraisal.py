"""Appraisal: schemes, sheets, marks, lines, events, payment, measures; closed periods, seals, restore drills."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """CREATE TABLE appraisal_scheme (
        id INTEGER NOT NULL, code TEXT NOT NULL, edition INTEGER NOT NULL, title TEXT NOT NULL, period_kind TEXT NOT
        NULL, level TEXT NOT NULL, object_kind TEXT NOT NULL, regulation TEXT NOT NULL, grades TEXT NOT NULL, grounds
        TEXT NOT NULL, leader TEXT NOT NULL, members TEXT NOT NULL, begins_on TEXT NOT NULL, published_on TEXT,
        frozen_at TEXT, ended_on TEXT, remarks TEXT NOT NULL, CONSTRAINT pk_appraisal_scheme PRIMARY KEY (id),
        CONSTRAINT uq_appraisal_scheme_code_edition UNIQUE (code, edition)
    ) STRICT""",
    """CREATE TABLE appraisal_item (
        id INTEGER NOT NULL, scheme_id INTEGER NOT NULL, place INTEGER NOT NULL, category TEXT NOT NULL, title TEXT
        NOT NULL, weight TEXT NOT NULL, standard TEXT NOT NULL, target TEXT NOT NULL, way TEXT NOT NULL, source TEXT
        NOT NULL, "each" TEXT NOT NULL, cap TEXT NOT NULL, ladder TEXT NOT NULL, clause TEXT NOT NULL, left_on TEXT,
        CONSTRAINT pk_appraisal_item PRIMARY KEY (id), CONSTRAINT fk_appraisal_item_scheme_id FOREIGN KEY(scheme_id)
        REFERENCES appraisal_scheme (id)
    ) STRICT""",
    "CREATE INDEX ix_appraisal_item_scheme_id ON appraisal_item (scheme_id)",
    """CREATE TABLE appraisal (
        id INTEGER NOT NULL, scheme_id INTEGER NOT NULL, period TEXT NOT NULL, title TEXT NOT NULL, begins_on TEXT NOT
        NULL, ends_on TEXT NOT NULL, leader TEXT NOT NULL, members TEXT NOT NULL, made_at TEXT NOT NULL, made_by TEXT
        NOT NULL, void_at TEXT, void_reason TEXT NOT NULL, CONSTRAINT pk_appraisal PRIMARY KEY (id), CONSTRAINT
        fk_appraisal_scheme_id FOREIGN KEY(scheme_id) REFERENCES appraisal_scheme (id)
    ) STRICT""",
    "CREATE INDEX ix_appraisal_period_appraisal_scheme_id ON appraisal (period, scheme_id)",
    """CREATE TABLE appraisal_sheet (
        id INTEGER NOT NULL, appraisal_id INTEGER NOT NULL, number TEXT NOT NULL, object_kind TEXT NOT NULL, vendor_id
        INTEGER, staff_id INTEGER, name TEXT NOT NULL, score TEXT NOT NULL, grade TEXT NOT NULL, pay TEXT NOT NULL,
        frozen TEXT NOT NULL, decided_at TEXT, decided_by TEXT NOT NULL, talk_at TEXT, talk TEXT NOT NULL, opinion
        TEXT NOT NULL, opinion_text TEXT NOT NULL, opinion_on TEXT, witness TEXT NOT NULL, answer TEXT NOT NULL,
        answered_at TEXT, answered_by TEXT NOT NULL, submitted_at TEXT, submitted_to TEXT NOT NULL, filed_at TEXT,
        filed_by TEXT NOT NULL, void_at TEXT, CONSTRAINT pk_appraisal_sheet PRIMARY KEY (id), CONSTRAINT
        uq_appraisal_sheet_number UNIQUE (number), CONSTRAINT fk_appraisal_sheet_appraisal_id FOREIGN
        KEY(appraisal_id) REFERENCES appraisal (id), CONSTRAINT fk_appraisal_sheet_vendor_id FOREIGN KEY(vendor_id)
        REFERENCES vendor (id), CONSTRAINT fk_appraisal_sheet_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
    ) STRICT""",
    "CREATE INDEX ix_appraisal_sheet_appraisal_id ON appraisal_sheet (appraisal_id)",
    """CREATE TABLE appraisal_mark (
        id INTEGER NOT NULL, sheet_id INTEGER NOT NULL, item_id INTEGER NOT NULL, scorer_kind TEXT NOT NULL, scorer
        TEXT NOT NULL, points TEXT NOT NULL, reason TEXT NOT NULL, made_at TEXT NOT NULL, made_by TEXT NOT NULL,
        replaced_at TEXT, CONSTRAINT pk_appraisal_mark PRIMARY KEY (id), CONSTRAINT fk_appraisal_mark_sheet_id FOREIGN
        KEY(sheet_id) REFERENCES appraisal_sheet (id), CONSTRAINT fk_appraisal_mark_item_id FOREIGN KEY(item_id)
        REFERENCES appraisal_item (id)
    ) STRICT""",
    "CREATE INDEX ix_appraisal_mark_sheet_id_appraisal_mark_item_id ON appraisal_mark (sheet_id, item_id)",
    """CREATE TABLE appraisal_line (
        id INTEGER NOT NULL, sheet_id INTEGER NOT NULL, item_id INTEGER NOT NULL, "key" TEXT NOT NULL, proposed TEXT
        NOT NULL, sentence TEXT NOT NULL, state TEXT NOT NULL, decided TEXT NOT NULL, reason TEXT NOT NULL, decided_at
        TEXT NOT NULL, decided_by TEXT NOT NULL, replaced_at TEXT, CONSTRAINT pk_appraisal_line PRIMARY KEY (id),
        CONSTRAINT fk_appraisal_line_sheet_id FOREIGN KEY(sheet_id) REFERENCES appraisal_sheet (id), CONSTRAINT
        fk_appraisal_line_item_id FOREIGN KEY(item_id) REFERENCES appraisal_item (id)
    ) STRICT""",
    "CREATE INDEX ix_appraisal_line_sheet_id ON appraisal_line (sheet_id)",
    """CREATE TABLE appraisal_event (
        id INTEGER NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL, day TEXT NOT NULL, vendor_id INTEGER, staff_id
        INTEGER, clause TEXT NOT NULL, facts TEXT NOT NULL, points TEXT NOT NULL, proof TEXT NOT NULL, entered_at TEXT
        NOT NULL, entered_by TEXT NOT NULL, void_at TEXT, void_reason TEXT NOT NULL, CONSTRAINT pk_appraisal_event
        PRIMARY KEY (id), CONSTRAINT uq_appraisal_event_number UNIQUE (number), CONSTRAINT
        fk_appraisal_event_vendor_id FOREIGN KEY(vendor_id) REFERENCES vendor (id), CONSTRAINT
        fk_appraisal_event_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
    ) STRICT""",
    "CREATE INDEX ix_appraisal_event_day ON appraisal_event (day)",
    """CREATE TABLE payment_term (
        id INTEGER NOT NULL, contract_id INTEGER NOT NULL, holds_from TEXT NOT NULL, quarter_fen INTEGER NOT NULL,
        mode TEXT NOT NULL, shares TEXT NOT NULL, remarks TEXT NOT NULL, CONSTRAINT pk_payment_term PRIMARY KEY (id),
        CONSTRAINT uq_payment_term_contract_id_holds_from UNIQUE (contract_id, holds_from), CONSTRAINT
        fk_payment_term_contract_id FOREIGN KEY(contract_id) REFERENCES contract (id)
    ) STRICT""",
    """CREATE TABLE measure (
        id INTEGER NOT NULL, number TEXT NOT NULL, sheet_id INTEGER, vendor_id INTEGER, staff_id INTEGER, kind TEXT
        NOT NULL, step TEXT NOT NULL, citations TEXT NOT NULL, sentence TEXT NOT NULL, made_at TEXT NOT NULL, state
        TEXT NOT NULL, decided_at TEXT, decided_by TEXT NOT NULL, reason TEXT NOT NULL, CONSTRAINT pk_measure PRIMARY
        KEY (id), CONSTRAINT uq_measure_number UNIQUE (number), CONSTRAINT fk_measure_sheet_id FOREIGN KEY(sheet_id)
        REFERENCES appraisal_sheet (id), CONSTRAINT fk_measure_vendor_id FOREIGN KEY(vendor_id) REFERENCES vendor
        (id), CONSTRAINT fk_measure_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
    ) STRICT""",
    "CREATE INDEX ix_measure_staff_id ON measure (staff_id)",
    """CREATE TABLE closed_period (
        id INTEGER NOT NULL, kind TEXT NOT NULL, label TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
        closed_at TEXT NOT NULL, closed_by TEXT NOT NULL, open_items TEXT NOT NULL, seq INTEGER NOT NULL, head TEXT
        NOT NULL, reopened_at TEXT, reopened_by TEXT NOT NULL, reopen_reason TEXT NOT NULL, CONSTRAINT
        pk_closed_period PRIMARY KEY (id)
    ) STRICT""",
    "CREATE INDEX ix_closed_period_first_closed_period_last ON closed_period (first, last)",
    """CREATE TABLE seal (
        id INTEGER NOT NULL, code TEXT NOT NULL, form TEXT NOT NULL, number TEXT NOT NULL, title TEXT NOT NULL, period
        TEXT NOT NULL, origin TEXT NOT NULL, content TEXT NOT NULL, salt TEXT, digests TEXT NOT NULL, seq INTEGER
        NOT NULL, head TEXT NOT NULL, issued_at TEXT NOT NULL, issued_by TEXT NOT NULL, CONSTRAINT pk_seal
        PRIMARY KEY (id), CONSTRAINT uq_seal_code UNIQUE (code)
    ) STRICT""",
    "CREATE INDEX ix_seal_content ON seal (content)",
    """CREATE TABLE restore_drill (
        id INTEGER NOT NULL, number TEXT NOT NULL, at TEXT NOT NULL, backup TEXT NOT NULL, sha256 TEXT NOT NULL,
        made_at TEXT NOT NULL, links INTEGER NOT NULL, rows INTEGER NOT NULL, seconds INTEGER NOT NULL, result TEXT
        NOT NULL, carried_out_by TEXT NOT NULL, remarks TEXT NOT NULL, CONSTRAINT pk_restore_drill PRIMARY KEY (id),
        CONSTRAINT uq_restore_drill_number UNIQUE (number)
    ) STRICT""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
