"""Mending a damaged record: what is saved, what the chain gives back, what is told as lost; the original stays."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import a_site
import pytest

from opsdesk import bootstrap
from opsdesk.models import Setting, Shift, Visitor
from opsdesk.registers.incident import service
from opsdesk.services import backup, restoring, salvage, unsound
from opsdesk.services.context import Context
from opsdesk.services.errors import Damaged
from opsdesk.ui.shell import keeping

NOW = a_site.NOW
PAGE = 4096
MANY = 400


@pytest.fixture
def record(site: Context) -> Context:
    """A record of several hundred rows, closed."""
    with site.transaction("写") as tx:
        tx.insert_many(Setting, [{"name": f"n{n}", "value": f"值 {n} " * 20} for n in range(MANY)])
        tx.insert_many(Shift, [{"code": f"S{n}", "name": f"班 {n}", "pairs": "08:00-17:00"} for n in range(MANY)])
    for title in ("打印机坏了", "网络不通", "门禁读卡慢"):
        service.open_incident(site, title)
    a_site.close(site)
    return site


def pages_of(database: Path, name: str) -> list[int]:
    """The leaf pages of a table or an index, counted from nought."""
    with closing(sqlite3.connect(database)) as connection:
        try:
            asked = "SELECT pageno FROM dbstat WHERE name=? AND pagetype='leaf' ORDER BY pageno"
            return [row[0] - 1 for row in connection.execute(asked, (name,))]
        except sqlite3.OperationalError:  # a library without dbstat: follow the root
            root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name=?", (name,)).fetchone()[0]
    raw = database.read_bytes()
    return _leaves(raw, root)


def _leaves(raw: bytes, number: int) -> list[int]:
    page = raw[(number - 1) * PAGE : number * PAGE]
    if page[0] in {10, 13}:
        return [number - 1]
    count = int.from_bytes(page[3:5], "big")
    cells = [int.from_bytes(page[12 + 2 * n : 14 + 2 * n], "big") for n in range(count)]
    below = [int.from_bytes(page[cell : cell + 4], "big") for cell in cells] + [int.from_bytes(page[8:12], "big")]
    return [leaf for each in below for leaf in _leaves(raw, each)]


def wipe(database: Path, *pages: int) -> bytes:
    """Overwrite whole pages; gives the damaged file."""
    raw = bytearray(database.read_bytes())
    for page in pages:
        raw[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
    database.write_bytes(raw)
    return bytes(raw)


def rows(database: Path, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


def test_a_spoilt_index_is_made_anew_and_nothing_is_lost(record: Context) -> None:
    database = bootstrap.database(record.home)
    spoilt = wipe(database, pages_of(database, "ix_ledger_at")[0])
    with pytest.raises(Damaged, match=r"损坏|打不开"):
        bootstrap.open_site(record.home, record.clock, thorough=True)
    mended = salvage.attempt(record.home)
    assert database.read_bytes() == spoilt, "the damaged file is evidence and stays"
    assert (mended.way, mended.whole) in {("重建索引", True), ("逐表抢救", True)}
    aside = salvage.accept(record.home, mended, NOW, record.clock)
    assert (aside / "ops.db").read_bytes() == spoilt
    assert unsound.found(record.home) is None
    again = bootstrap.open_site(record.home, record.clock)
    assert bootstrap.check_whole(again) == []
    assert not list(record.home.glob(f"{restoring.TRIAL}*"))


def test_rows_of_a_spoilt_table_come_back_from_the_chain(record: Context) -> None:
    database = bootstrap.database(record.home)
    before = {table: rows(database, table) for table in ("setting", "shift", "ledger", "incident", "personal_value")}
    leaves = pages_of(database, "setting")
    assert len(leaves) > 3
    wipe(database, leaves[1], pages_of(database, "shift")[0])
    mended = salvage.attempt(record.home)
    assert (mended.way, mended.findings) == ("逐表抢救", ())
    told = {each.name: each for each in mended.tables}
    assert told["setting"].rebuilt > 0
    assert told["setting"].read + told["setting"].rebuilt == len(before["setting"])
    assert told["shift"].rebuilt > 0
    assert sum(each.lost for each in mended.tables) == 0
    assert "按审计链还原" in mended.told()
    assert "没有丢失" in mended.told()
    salvage.accept(record.home, mended, NOW, record.clock)
    after = {table: rows(database, table) for table in before}
    assert {**after, "ledger": after["ledger"][:-1]} == before, "the link that says so is one more"
    again = bootstrap.open_site(record.home, record.clock)
    assert bootstrap.check_whole(again) == []
    from opsdesk.services import incident_text

    with again.read() as connection:
        assert incident_text.out_of_step(connection) == 0


def test_what_the_chain_itself_lost_is_told_and_good_backups_are_kept(record: Context) -> None:
    made = backup.make(record.home, NOW, "手动")
    database = bootstrap.database(record.home)
    leaves = pages_of(database, "ledger")
    assert len(leaves) > 4
    wipe(database, leaves[2])
    with pytest.raises(Damaged):
        bootstrap.open_site(record.home, record.clock)
    mended = salvage.attempt(record.home)
    assert not mended.whole
    assert any("缺失" in each for each in mended.findings)
    assert any("段读不出来" in each for each in mended.findings)
    assert "处对不上" in mended.told()
    assert rows(mended.file, "setting") == rows(made.path, "setting"), "the tables themselves are whole"
    salvage.accept(record.home, mended, NOW, record.clock)
    assert unsound.found(record.home) is not None, "what was made before is not let go"
    again = bootstrap.open_site(record.home, record.clock)
    assert any("缺失" in each for each in bootstrap.check_whole(again))


def test_rows_whose_links_are_gone_too_are_counted_as_lost_or_told(record: Context) -> None:
    database = bootstrap.database(record.home)
    before = rows(database, "setting")
    wipe(database, *pages_of(database, "setting")[1:3], *pages_of(database, "ledger")[5:60])
    mended = salvage.attempt(record.home)
    kept = rows(mended.file, "setting")
    assert 0 < len(kept) < len(before)
    assert set(kept) <= set(before), "nothing is invented"
    assert not mended.whole


@pytest.mark.parametrize("spoilt", [100, PAGE])
def test_a_spoilt_beginning_is_lent_by_a_backup_and_nothing_written_since_is_lost(record: Context, spoilt: int) -> None:
    newest = backup.make(record.home, NOW, "手动").path
    newest.write_bytes(newest.read_bytes()[:-PAGE])  # what it lends is sound all the same
    with record.transaction("后来的") as tx:
        tx.insert_many(Setting, [{"name": f"later{n}", "value": "后来的值" * 50} for n in range(MANY)])
    a_site.close(record)
    database = bootstrap.database(record.home)
    before = {table: rows(database, table) for table in ("setting", "shift", "ledger", "incident")}
    whole = database.read_bytes()
    database.write_bytes(b"\xff" * spoilt + whole[spoilt:])
    mended = salvage.attempt(record.home)
    assert mended.whole, mended.findings
    assert {table: rows(mended.file, table) for table in before} == before


@pytest.mark.parametrize(
    ("harm", "backed_up"),
    [("text", False), ("first page", False), ("empty", False), ("text", True), ("empty", True)],
)
def test_what_cannot_be_read_at_all_is_refused_with_the_way_out(record: Context, harm: str, backed_up: bool) -> None:
    if backed_up:
        backup.make(record.home, NOW, "手动")
    database = bootstrap.database(record.home)
    whole = database.read_bytes()
    spoilt = {"text": b"no database" * 10_000, "first page": b"\xff" * PAGE + whole[PAGE:], "empty": b""}[harm]
    database.write_bytes(spoilt)
    with pytest.raises(Damaged, match="读不出内容") as told:
        salvage.attempt(record.home)
    assert "从备份恢复" in told.value.remedy
    assert database.read_bytes() == spoilt
    assert not list(record.home.glob(f"{restoring.TRIAL}*"))


def test_half_a_file_gives_what_is_in_it(record: Context) -> None:
    database = bootstrap.database(record.home)
    whole = database.read_bytes()
    database.write_bytes(whole[: len(whole) // PAGE * 3 // 4 * PAGE])
    mended = salvage.attempt(record.home)
    assert mended.contents.tables["ledger"] > 0
    assert not mended.whole
    salvage.drop(mended)
    assert not list(record.home.glob(f"{restoring.TRIAL}*"))


def test_an_unfinished_journal_is_played_back_in_the_copy_only(record: Context, tmp_path: Path) -> None:
    """A power cut within a transaction, and a page spoilt by it: the copy is rolled back first, then mended."""
    database = bootstrap.database(record.home)
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode=TRUNCATE")
    connection.execute("PRAGMA cache_size=1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE setting SET value = value || '未完成' || hex(randomblob(500))")
    journal = database.with_name("ops.db-journal")
    assert journal.stat().st_size > 0
    shutil.copyfile(database, tmp_path / "torn")
    shutil.copyfile(journal, tmp_path / "torn-journal")
    connection.execute("ROLLBACK")
    connection.close()
    before = rows(database, "setting")
    database.write_bytes((tmp_path / "torn").read_bytes())
    journal.write_bytes((tmp_path / "torn-journal").read_bytes())
    mended = salvage.attempt(record.home)
    assert rows(mended.file, "setting") == before
    assert mended.whole
    assert database.read_bytes() == (tmp_path / "torn").read_bytes()
    aside = salvage.accept(record.home, mended, NOW, record.clock)
    assert {"ops.db", "ops.db-journal"} <= {each.name for each in aside.iterdir()}
    assert bootstrap.check_whole(bootstrap.open_site(record.home, record.clock)) == []


def test_nothing_is_founded_where_a_record_was(record: Context) -> None:
    backup.make(record.home, NOW, "手动")
    database = bootstrap.database(record.home)
    for harm in ("gone", "empty"):
        database.unlink() if harm == "gone" else database.write_bytes(b"")
        with pytest.raises(Damaged, match="没有新建") as told:
            bootstrap.open_site(record.home, record.clock)
        assert told.value.remedy.startswith("请从备份恢复。"), "there is nothing to mend"
        assert not database.exists() or database.stat().st_size == 0


def test_an_empty_folder_is_a_new_site(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("new")
    (home / "ops.db").write_bytes(b"")
    ctx = bootstrap.open_site(home)
    assert not bootstrap.is_set_up(ctx)
    a_site.close(ctx)


@pytest.mark.parametrize(
    "harm",
    [
        "DROP TABLE shift",
        "DELETE FROM account",
        "CREATE TRIGGER own AFTER INSERT ON setting BEGIN SELECT 1; END",
        "DROP INDEX ix_ledger_at",
        "CREATE TABLE own (id INTEGER)",
        "ALTER TABLE shift DROP COLUMN pairs",
        "ALTER TABLE setting RENAME COLUMN value TO words",
    ],
)
def test_what_was_done_to_structure_or_accounts_is_undone_whole(record: Context, harm: str) -> None:
    database = bootstrap.database(record.home)
    before = {table: rows(database, table) for table in ("setting", "shift", "account", "incident")}
    keeping.open_checked(record.home, record.clock)[0].reading.dispose()
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(harm)
    with pytest.raises(Damaged, match=r"在程序之外.*没有打开") as told:
        keeping.open_checked(record.home, record.clock)
    assert "可以试修复" in told.value.remedy
    mended = salvage.attempt(record.home)
    assert (mended.way, mended.findings) == ("逐表抢救", ())
    assert {table: rows(mended.file, table) for table in before} == before
    salvage.accept(record.home, mended, NOW, record.clock)
    again, _, _ = keeping.open_checked(record.home, record.clock)
    assert bootstrap.check_whole(again) == []


def test_rows_changed_or_added_outside_are_put_back_by_the_chain(record: Context) -> None:
    database = bootstrap.database(record.home)
    before = rows(database, "setting")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE setting SET value='改' WHERE name IN ('n1', 'n2')")
        connection.execute("DELETE FROM setting WHERE name='n3'")
        connection.execute("INSERT INTO setting (name, value) VALUES ('own', '1')")
    mended = salvage.attempt(record.home)
    assert mended.whole
    assert rows(mended.file, "setting") == before
    assert "与审计链不符的设置 3 行，已按审计链改回" in mended.told()
    assert "1 行在原表中已坏，按审计链还原" in mended.told()


def test_a_chain_that_does_not_hold_is_no_witness(record: Context) -> None:
    database = bootstrap.database(record.home)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE setting SET value='改' WHERE name='n1'")
        connection.execute("UPDATE ledger SET reason='改' WHERE seq=3")
    changed = rows(database, "setting")
    mended = salvage.attempt(record.home)
    assert not mended.whole
    assert rows(mended.file, "setting") == changed


@pytest.mark.parametrize("lost", [1, 4])
def test_rows_newer_than_what_is_left_of_the_chain_stay(record: Context, lost: int) -> None:
    database = bootstrap.database(record.home)
    before = {table: rows(database, table) for table in ("setting", "shift", "incident")}
    wipe(database, *pages_of(database, "ledger")[-lost:])
    mended = salvage.attempt(record.home)
    assert {table: rows(mended.file, table) for table in before} == before
    assert not mended.whole
    assert "改动过" not in mended.told()


def test_a_chain_that_was_cut_short_takes_no_row_that_a_backup_knows_of(record: Context) -> None:
    database = bootstrap.database(record.home)
    before = rows(database, "shift")
    backup.make(record.home, NOW, "手动")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("DELETE FROM ledger WHERE seq > (SELECT max(seq) - 300 FROM ledger)")
    mended = salvage.attempt(record.home)
    assert rows(mended.file, "shift") == before
    assert not mended.whole


@pytest.mark.parametrize("lost", [True, False])
def test_after_a_repair_that_lost_links_no_row_is_taken_for_added_outside(record: Context, lost: bool) -> None:
    database = bootstrap.database(record.home)
    before = rows(database, "shift")
    wipe(database, pages_of(database, "ledger")[-1] if lost else pages_of(database, "ix_ledger_at")[0])
    salvage.accept(record.home, salvage.attempt(record.home), NOW, record.clock)
    site = bootstrap.open_site(record.home, record.clock)
    with site.transaction("写") as tx:
        tx.insert(Setting, name="later", value="1")
    a_site.close(site)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE setting SET value='改' WHERE name='n1'")
    mended = salvage.attempt(record.home)
    assert rows(mended.file, "shift") == before
    assert ("按审计链改回" in mended.told()) is not lost


def test_a_chain_of_a_restored_record_is_a_witness_though_backups_know_more(record: Context) -> None:
    database = bootstrap.database(record.home)
    old = backup.make(record.home, NOW, "手动")
    site = bootstrap.open_site(record.home, record.clock)
    for n in range(5):
        with site.transaction("写") as tx:
            tx.insert(Setting, name=f"later{n}", value="1")
    a_site.close(site)
    backup.make(record.home, NOW, "手动")
    restoring.restore(record.home, old.path, NOW, clock=record.clock)
    before = rows(database, "setting")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE setting SET value='改' WHERE name='n1'")
    mended = salvage.attempt(record.home)
    assert mended.whole
    assert rows(mended.file, "setting") == before


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE setting SET id=id+9000 WHERE name='n5'",
        "DELETE FROM setting WHERE name='n5'; INSERT INTO setting (name, value) VALUES ('n5', '冒充')",
        "UPDATE setting SET name='x' WHERE name='n5'; UPDATE setting SET name='n5' WHERE name='n6';"
        "UPDATE setting SET name='n6' WHERE name='x'",
    ],
    ids=["another id", "replaced", "names exchanged"],
)
def test_rows_that_stand_in_each_others_way_are_put_back_all(record: Context, harm: str) -> None:
    database = bootstrap.database(record.home)
    before = rows(database, "setting")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.executescript(harm)
    mended = salvage.attempt(record.home)
    assert mended.whole
    assert rows(mended.file, "setting") == before


@pytest.mark.parametrize(
    "harm",
    ["UPDATE personal_value SET value='假'", "DELETE FROM personal_value", "UPDATE visitor SET phone='13911112222'"],
    ids=["side table spoilt", "side table emptied", "row changed"],
)
def test_personal_values_are_put_back_only_as_they_were_committed_to(record: Context, harm: str) -> None:
    site = bootstrap.open_site(record.home, record.clock)
    with site.transaction("登记") as tx:
        kept = {"name": "李强", "initials": "lq", "unit": "华信", "id_kind": "护照", "id_number": "E12345678"}
        tx.insert(Visitor, **kept, phone="13800001111", last_on=NOW.date())
    a_site.close(site)
    database = bootstrap.database(record.home)
    before = rows(database, "visitor")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE visitor SET unit='别家'")
        connection.execute("UPDATE setting SET value='改' WHERE name IN ('n1', 'n2', 'n3', 'n4')")
        connection.execute(harm)
    mended = salvage.attempt(record.home)
    assert mended.way == "逐表抢救"
    assert rows(mended.file, "visitor") == before
