"""The machine room: permits, visits and goods, equipment and lending, readings, inspections and cleaning."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """CREATE TABLE room (
        id INTEGER NOT NULL, name TEXT NOT NULL, modules TEXT NOT NULL, keeper TEXT NOT NULL, door_name TEXT NOT NULL,
        temp_min INTEGER, temp_max INTEGER, humidity_min INTEGER, humidity_max INTEGER, left_on TEXT, CONSTRAINT
        pk_room PRIMARY KEY (id), CONSTRAINT uq_room_name UNIQUE (name)
    ) STRICT""",
    """CREATE TABLE visitor (
        id INTEGER NOT NULL, name TEXT NOT NULL, initials TEXT NOT NULL, unit TEXT NOT NULL, id_kind TEXT NOT NULL,
        id_number TEXT, phone TEXT, last_on TEXT NOT NULL, purged_at TEXT, CONSTRAINT pk_visitor PRIMARY KEY (id)
    ) STRICT""",
    "CREATE INDEX ix_visitor_last_on ON visitor (last_on)",
    """CREATE TABLE permit (
        id INTEGER NOT NULL, number TEXT NOT NULL, applied_at TEXT NOT NULL, filed_by TEXT NOT NULL, unit TEXT NOT
        NULL, vendor_id INTEGER, applicant TEXT NOT NULL, phone TEXT, room_id INTEGER NOT NULL, module TEXT NOT NULL,
        purposes TEXT NOT NULL, work TEXT NOT NULL, cause TEXT NOT NULL, "plan" TEXT NOT NULL, reach TEXT NOT NULL,
        equipment TEXT NOT NULL, planned_from TEXT NOT NULL, planned_to TEXT NOT NULL, several INTEGER NOT NULL,
        operates INTEGER NOT NULL, secrecy INTEGER NOT NULL, escorts TEXT NOT NULL, incident_number TEXT NOT NULL,
        urgent INTEGER NOT NULL, phoned_by TEXT NOT NULL, phoned_at TEXT, papered_at TEXT, sealed_on TEXT, approved_by
        TEXT NOT NULL, approved_at TEXT, refused_by TEXT NOT NULL, refused_at TEXT, refusal TEXT NOT NULL, void_at
        TEXT, void_reason TEXT NOT NULL, remarks TEXT NOT NULL, CONSTRAINT pk_permit PRIMARY KEY (id), CONSTRAINT
        uq_permit_number UNIQUE (number), CONSTRAINT fk_permit_vendor_id FOREIGN KEY(vendor_id) REFERENCES vendor
        (id), CONSTRAINT fk_permit_room_id FOREIGN KEY(room_id) REFERENCES room (id)
    ) STRICT""",
    "CREATE INDEX ix_permit_planned_from ON permit (planned_from)",
    """CREATE TABLE permit_person (
        id INTEGER NOT NULL, permit_id INTEGER NOT NULL, name TEXT NOT NULL, unit TEXT NOT NULL, id_kind TEXT NOT
        NULL, id_number TEXT, phone TEXT, void_at TEXT, purged_at TEXT, CONSTRAINT pk_permit_person PRIMARY KEY (id),
        CONSTRAINT fk_permit_person_permit_id FOREIGN KEY(permit_id) REFERENCES permit (id)
    ) STRICT""",
    "CREATE INDEX ix_permit_person_permit_id ON permit_person (permit_id)",
    """CREATE TABLE visit (
        id INTEGER NOT NULL, room_id INTEGER NOT NULL, module TEXT NOT NULL, permit_id INTEGER, staff_id INTEGER,
        vendor_id INTEGER, name TEXT NOT NULL, initials TEXT NOT NULL, unit TEXT NOT NULL, external INTEGER NOT NULL,
        id_kind TEXT NOT NULL, id_number TEXT, phone TEXT, purpose TEXT NOT NULL, entered_at TEXT NOT NULL, due_at
        TEXT, left_at TEXT, escort TEXT NOT NULL, second_escort TEXT NOT NULL, operated INTEGER, operation TEXT NOT
        NULL, left_check TEXT NOT NULL, off_hours_number TEXT NOT NULL, remarks TEXT NOT NULL, temperature INTEGER,
        code_shown INTEGER, mask INTEGER, registered_by TEXT NOT NULL, registered_at TEXT NOT NULL, batch_id INTEGER,
        void_at TEXT, void_reason TEXT NOT NULL, purged_at TEXT, CONSTRAINT pk_visit PRIMARY KEY (id), CONSTRAINT
        fk_visit_room_id FOREIGN KEY(room_id) REFERENCES room (id), CONSTRAINT fk_visit_permit_id FOREIGN
        KEY(permit_id) REFERENCES permit (id), CONSTRAINT fk_visit_staff_id FOREIGN KEY(staff_id) REFERENCES staff
        (id), CONSTRAINT fk_visit_vendor_id FOREIGN KEY(vendor_id) REFERENCES vendor (id), CONSTRAINT
        fk_visit_batch_id FOREIGN KEY(batch_id) REFERENCES import_batch (id)
    ) STRICT""",
    "CREATE INDEX ix_visit_entered_at_visit_id ON visit (entered_at, id)",
    "CREATE INDEX ix_visit_left_at ON visit (left_at)",
    "CREATE INDEX ix_visit_permit_id ON visit (permit_id)",
    """CREATE TABLE visit_item (
        id INTEGER NOT NULL, visit_id INTEGER NOT NULL, name TEXT NOT NULL, model TEXT NOT NULL, serial TEXT NOT NULL,
        brought INTEGER NOT NULL, taken INTEGER NOT NULL, stays INTEGER NOT NULL, note TEXT NOT NULL, void_at TEXT,
        CONSTRAINT pk_visit_item PRIMARY KEY (id), CONSTRAINT fk_visit_item_visit_id FOREIGN KEY(visit_id) REFERENCES
        visit (id)
    ) STRICT""",
    "CREATE INDEX ix_visit_item_visit_id ON visit_item (visit_id)",
    """CREATE TABLE door_event (
        id INTEGER NOT NULL, at TEXT NOT NULL, name TEXT NOT NULL, staff_no TEXT NOT NULL, unit TEXT NOT NULL, door
        TEXT NOT NULL, direction TEXT NOT NULL, event TEXT NOT NULL, card TEXT, reader TEXT NOT NULL, "key" TEXT NOT
        NULL, batch_id INTEGER NOT NULL, purged_at TEXT, CONSTRAINT pk_door_event PRIMARY KEY (id), CONSTRAINT
        uq_door_event_key UNIQUE ("key"), CONSTRAINT fk_door_event_batch_id FOREIGN KEY(batch_id) REFERENCES
        import_batch (id)
    ) STRICT""",
    "CREATE INDEX ix_door_event_at ON door_event (at)",
    """CREATE TABLE off_hours (
        id INTEGER NOT NULL, number TEXT NOT NULL, applied_at TEXT NOT NULL, filed_by TEXT NOT NULL, unit TEXT NOT
        NULL, vendor_id INTEGER, applicant TEXT NOT NULL, phone TEXT, place TEXT NOT NULL, people TEXT NOT NULL,
        reason TEXT NOT NULL, begins_at TEXT NOT NULL, ends_at TEXT NOT NULL, emergency INTEGER NOT NULL, responsible
        TEXT NOT NULL, approved_by TEXT NOT NULL, approved_at TEXT, refused_at TEXT, refusal TEXT NOT NULL, entered_at
        TEXT, left_at TEXT, left_check TEXT NOT NULL, papered_at TEXT, void_at TEXT, CONSTRAINT pk_off_hours PRIMARY
        KEY (id), CONSTRAINT uq_off_hours_number UNIQUE (number), CONSTRAINT fk_off_hours_vendor_id FOREIGN
        KEY(vendor_id) REFERENCES vendor (id)
    ) STRICT""",
    "CREATE INDEX ix_off_hours_begins_at ON off_hours (begins_at)",
    """CREATE TABLE asset (
        id INTEGER NOT NULL, asset_no TEXT NOT NULL, category TEXT NOT NULL, name TEXT NOT NULL, brand TEXT NOT NULL,
        model TEXT NOT NULL, serial TEXT NOT NULL, config TEXT NOT NULL, bought_on TEXT, value_fen INTEGER, dept TEXT
        NOT NULL, user TEXT NOT NULL, place TEXT NOT NULL, state TEXT NOT NULL, owner TEXT NOT NULL, warranty_until
        TEXT, repairs TEXT NOT NULL, remarks TEXT NOT NULL, CONSTRAINT pk_asset PRIMARY KEY (id), CONSTRAINT
        uq_asset_asset_no UNIQUE (asset_no)
    ) STRICT""",
    "CREATE INDEX ix_asset_serial ON asset (serial)",
    """CREATE TABLE asset_issue (
        id INTEGER NOT NULL, asset_id INTEGER NOT NULL, issued_at TEXT NOT NULL, taken_by TEXT NOT NULL, unit TEXT NOT
        NULL, purpose TEXT NOT NULL, issued_by TEXT NOT NULL, returned_at TEXT, condition TEXT NOT NULL, checked_by
        TEXT NOT NULL, CONSTRAINT pk_asset_issue PRIMARY KEY (id), CONSTRAINT fk_asset_issue_asset_id FOREIGN
        KEY(asset_id) REFERENCES asset (id)
    ) STRICT""",
    "CREATE INDEX ix_asset_issue_asset_id ON asset_issue (asset_id)",
    """CREATE TABLE equipment_move (
        id INTEGER NOT NULL, number TEXT NOT NULL, moved_at TEXT NOT NULL, room_id INTEGER NOT NULL, asset_id INTEGER,
        permit_number TEXT NOT NULL, direction TEXT NOT NULL, name TEXT NOT NULL, model TEXT NOT NULL, serial TEXT NOT
        NULL, asset_no TEXT NOT NULL, quantity INTEGER NOT NULL, reason TEXT NOT NULL, other_end TEXT NOT NULL, rack
        TEXT NOT NULL, powered INTEGER NOT NULL, instructions TEXT NOT NULL, handled_by TEXT NOT NULL, escort TEXT NOT
        NULL, approved_by TEXT NOT NULL, approved_at TEXT, due_on TEXT, returned_on TEXT, remarks TEXT NOT NULL,
        void_at TEXT, CONSTRAINT pk_equipment_move PRIMARY KEY (id), CONSTRAINT uq_equipment_move_number UNIQUE
        (number), CONSTRAINT fk_equipment_move_room_id FOREIGN KEY(room_id) REFERENCES room (id), CONSTRAINT
        fk_equipment_move_asset_id FOREIGN KEY(asset_id) REFERENCES asset (id)
    ) STRICT""",
    "CREATE INDEX ix_equipment_move_moved_at ON equipment_move (moved_at)",
    """CREATE TABLE loan (
        id INTEGER NOT NULL, number TEXT NOT NULL, applied_at TEXT NOT NULL, filed_by TEXT NOT NULL, borrower TEXT NOT
        NULL, staff_id INTEGER, vendor_id INTEGER, unit TEXT NOT NULL, phone TEXT, place TEXT NOT NULL, reason TEXT
        NOT NULL, lent_at TEXT, due_on TEXT NOT NULL, first_due_on TEXT NOT NULL, extensions INTEGER NOT NULL,
        condition_out TEXT NOT NULL, lent_by TEXT NOT NULL, approved_by TEXT NOT NULL, approved_at TEXT, refused_at
        TEXT, refusal TEXT NOT NULL, returned_at TEXT, received_by TEXT NOT NULL, condition_in TEXT NOT NULL, damage
        TEXT NOT NULL, liability TEXT NOT NULL, photo_sha256 TEXT NOT NULL, photo_name TEXT NOT NULL, void_at TEXT,
        remarks TEXT NOT NULL, CONSTRAINT pk_loan PRIMARY KEY (id), CONSTRAINT uq_loan_number UNIQUE (number),
        CONSTRAINT fk_loan_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id), CONSTRAINT fk_loan_vendor_id FOREIGN
        KEY(vendor_id) REFERENCES vendor (id)
    ) STRICT""",
    "CREATE INDEX ix_loan_due_on ON loan (due_on)",
    """CREATE TABLE loan_item (
        id INTEGER NOT NULL, loan_id INTEGER NOT NULL, asset_id INTEGER, name TEXT NOT NULL, model TEXT NOT NULL,
        asset_no TEXT NOT NULL, quantity INTEGER NOT NULL, returned INTEGER NOT NULL, CONSTRAINT pk_loan_item PRIMARY
        KEY (id), CONSTRAINT fk_loan_item_loan_id FOREIGN KEY(loan_id) REFERENCES loan (id), CONSTRAINT
        fk_loan_item_asset_id FOREIGN KEY(asset_id) REFERENCES asset (id)
    ) STRICT""",
    "CREATE INDEX ix_loan_item_loan_id ON loan_item (loan_id)",
    """CREATE TABLE media_check (
        id INTEGER NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL, media_no TEXT NOT NULL, holder TEXT NOT NULL,
        unit TEXT NOT NULL, purpose TEXT NOT NULL, by_ftp TEXT NOT NULL, scanner TEXT NOT NULL, signatures_on TEXT,
        checked_at TEXT, result TEXT NOT NULL, approved_by TEXT NOT NULL, approved_at TEXT, used_from TEXT, used_to
        TEXT, filed_by TEXT NOT NULL, filed_at TEXT NOT NULL, remarks TEXT NOT NULL, void_at TEXT, CONSTRAINT
        pk_media_check PRIMARY KEY (id), CONSTRAINT uq_media_check_number UNIQUE (number)
    ) STRICT""",
    """CREATE TABLE change_request (
        id INTEGER NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL, system TEXT NOT NULL, applicant TEXT NOT NULL,
        unit TEXT NOT NULL, applied_at TEXT NOT NULL, filed_by TEXT NOT NULL, planned_from TEXT NOT NULL, planned_to
        TEXT NOT NULL, reason TEXT NOT NULL, "plan" TEXT NOT NULL, reach TEXT NOT NULL, fallback TEXT NOT NULL,
        performed_by TEXT NOT NULL, department_opinion TEXT NOT NULL, approved_by TEXT NOT NULL, approved_at TEXT,
        security_opinion TEXT NOT NULL, refused_at TEXT, refusal TEXT NOT NULL, began_at TEXT, ended_at TEXT, result
        TEXT NOT NULL, verified_by TEXT NOT NULL, void_at TEXT, CONSTRAINT pk_change_request PRIMARY KEY (id),
        CONSTRAINT uq_change_request_number UNIQUE (number)
    ) STRICT""",
    "CREATE INDEX ix_change_request_planned_from ON change_request (planned_from)",
    """CREATE TABLE backup_notice (
        id INTEGER NOT NULL, system TEXT NOT NULL, items TEXT NOT NULL, every TEXT NOT NULL, told_by TEXT NOT NULL,
        told_on TEXT NOT NULL, received_by TEXT NOT NULL, remarks TEXT NOT NULL, left_on TEXT, CONSTRAINT
        pk_backup_notice PRIMARY KEY (id), CONSTRAINT uq_backup_notice_system UNIQUE (system)
    ) STRICT""",
    """CREATE TABLE reading (
        id INTEGER NOT NULL, room_id INTEGER NOT NULL, at TEXT NOT NULL, temperature INTEGER, humidity INTEGER,
        ups_load INTEGER, air_conditioning TEXT NOT NULL, leak TEXT NOT NULL, fire TEXT NOT NULL, read_by TEXT NOT
        NULL, entered_by TEXT NOT NULL, entered_at TEXT NOT NULL, out TEXT NOT NULL, action TEXT NOT NULL,
        incident_number TEXT NOT NULL, void_at TEXT, CONSTRAINT pk_reading PRIMARY KEY (id), CONSTRAINT
        fk_reading_room_id FOREIGN KEY(room_id) REFERENCES room (id)
    ) STRICT""",
    "CREATE INDEX ix_reading_room_id_reading_at ON reading (room_id, at)",
    """CREATE TABLE inspection_item (
        id INTEGER NOT NULL, room_id INTEGER, place INTEGER NOT NULL, category TEXT NOT NULL, name TEXT NOT NULL,
        standard TEXT NOT NULL, unit TEXT NOT NULL, low INTEGER, high INTEGER, left_on TEXT, CONSTRAINT
        pk_inspection_item PRIMARY KEY (id), CONSTRAINT fk_inspection_item_room_id FOREIGN KEY(room_id) REFERENCES
        room (id)
    ) STRICT""",
    """CREATE TABLE inspection (
        id INTEGER NOT NULL, number TEXT NOT NULL, room_id INTEGER NOT NULL, day TEXT NOT NULL, turn INTEGER NOT NULL,
        at TEXT NOT NULL, inspected_by TEXT NOT NULL, checked_by TEXT NOT NULL, spot_checked_by TEXT NOT NULL,
        entered_by TEXT NOT NULL, entered_at TEXT NOT NULL, remarks TEXT NOT NULL, void_at TEXT, CONSTRAINT
        pk_inspection PRIMARY KEY (id), CONSTRAINT uq_inspection_number UNIQUE (number), CONSTRAINT
        fk_inspection_room_id FOREIGN KEY(room_id) REFERENCES room (id)
    ) STRICT""",
    "CREATE INDEX ix_inspection_room_id_inspection_day ON inspection (room_id, day)",
    """CREATE TABLE inspection_line (
        id INTEGER NOT NULL, inspection_id INTEGER NOT NULL, item_id INTEGER NOT NULL, category TEXT NOT NULL, name
        TEXT NOT NULL, standard TEXT NOT NULL, value TEXT NOT NULL, normal INTEGER NOT NULL, action TEXT NOT NULL,
        incident_number TEXT NOT NULL, CONSTRAINT pk_inspection_line PRIMARY KEY (id), CONSTRAINT
        fk_inspection_line_inspection_id FOREIGN KEY(inspection_id) REFERENCES inspection (id), CONSTRAINT
        fk_inspection_line_item_id FOREIGN KEY(item_id) REFERENCES inspection_item (id)
    ) STRICT""",
    "CREATE INDEX ix_inspection_line_inspection_id ON inspection_line (inspection_id)",
    """CREATE TABLE cleaning (
        id INTEGER NOT NULL, room_id INTEGER NOT NULL, day TEXT NOT NULL, scope TEXT NOT NULL, cleaned_by TEXT NOT
        NULL, checked_by TEXT NOT NULL, result TEXT NOT NULL, remarks TEXT NOT NULL, entered_by TEXT NOT NULL, void_at
        TEXT, CONSTRAINT pk_cleaning PRIMARY KEY (id), CONSTRAINT fk_cleaning_room_id FOREIGN KEY(room_id) REFERENCES
        room (id)
    ) STRICT""",
    "CREATE INDEX ix_cleaning_room_id_cleaning_day ON cleaning (room_id, day)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
