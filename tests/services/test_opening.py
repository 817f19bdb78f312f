"""Opening a site: the right settings, foreign, newer and damaged files, full disk, backup and restore."""

import resource
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path, PureWindowsPath

import pytest
import team
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from opsdesk import bootstrap, models
from opsdesk.models import Account, AppraisalScheme, Base, IncidentOption, Setting
from opsdesk.models.engine import APPLICATION_ID, write_engine
from opsdesk.models.schema import SCHEMA
from opsdesk.rules.vocabulary import Role
from opsdesk.services import (
    accounts,
    appraisal_schemes,
    backup,
    chain,
    choices,
    clock_guard,
    closings,
    fault_log,
    folders,
    open_items,
    restoring,
    settings,
    stray_journal,
    unsound,
)
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Actor
from opsdesk.services.errors import Damaged, Refusal, Trouble

NOW = datetime(2026, 3, 5, 8, 0)


def test_the_settings_of_the_promises_hold_on_both_engines(site):
    wanted = {"journal_mode": "truncate", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "trusted_schema": 0}
    for engine in (site.writing, site.reading):
        with engine.connect() as connection:
            for name, value in wanted.items():
                assert connection.execute(text(f"PRAGMA {name}")).scalar() == value, name
    with site.reading.connect() as connection, pytest.raises(Exception, match="readonly"):
        connection.execute(text("DELETE FROM setting"))


@pytest.mark.parametrize("which", ["writing", "reading"])
def test_a_fault_tells_nothing_of_the_people_in_the_statement_that_failed(site, which):
    person = "张三丰 11010119900307876X 13912345678"
    try:
        try:
            with getattr(site, which).connect() as connection:
                connection.execute(text("INSERT INTO visit (name) VALUES (:name)"), {"name": person})
        except Exception as error:
            raise ValueError("证件号 11010119900307876X 存不下") from error
    except ValueError as error:
        log = fault_log.write(site.home, error, NOW).read_text("utf-8")
    assert "INSERT INTO visit" in log
    assert "证件号 11…X 存不下" in log
    assert not [part for part in person.split() if part in log]


def test_the_migrations_make_exactly_the_tables_of_the_models(site, tmp_path):
    fresh = write_engine(tmp_path / "models.db")
    Base.metadata.create_all(fresh)
    question = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"

    def shape(engine):
        with engine.connect() as connection:
            return {name: " ".join((sql or "").split()).replace("( ", "(").replace(" )", ")") for name, sql in
                    connection.execute(text(question))}  # fmt: skip

    assert shape(site.writing) == shape(fresh)


def test_every_table_is_strict(site):
    with site.read() as connection:
        rows = connection.execute(
            text("SELECT name, strict FROM pragma_table_list WHERE type='table' AND schema='main'")
        )
        loose = {name for name, strict in rows if not strict and not name.startswith("sqlite_")}
    assert loose <= {"alembic_version"}


def opened(home):
    return bootstrap.open_site(home, FixedClock(NOW))


def test_a_database_of_a_newer_program_is_not_touched(site):
    path = bootstrap.database(site.home)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA + 1}")
    before = path.read_bytes()
    with pytest.raises(Trouble, match="更新版本") as trouble:
        opened(site.home)
    assert "安装新版本" in trouble.value.remedy
    assert path.read_bytes() == before


def test_another_programs_database_is_not_touched(tmp_path):
    path = bootstrap.database(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(Trouble, match="不是运维台的数据库"):
        opened(tmp_path)
    assert path.read_bytes() == before


def of_schema(home, number):
    """A database as a program of this schema left it, with nothing in it."""
    engine = write_engine(bootstrap.database(home))
    config = Config()
    config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, f"{number:04}")
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version={number}")
    engine.dispose()


def test_an_older_site_is_backed_up_and_given_what_a_new_one_begins_with(tmp_path):
    of_schema(tmp_path, 4)
    ctx = opened(tmp_path)
    assert any("迁移前4" in made.name for made in backup.listed(tmp_path))
    with ctx.read() as connection:
        assert appraisal_schemes.codes(connection) == [each["code"] for each in appraisal_schemes.shipped()]
        assert connection.execute(select(IncidentOption.id)).first() is None, "of schema 3, so it has its own"
        assert "建立考核方案" in set(connection.execute(text("SELECT act FROM ledger")).scalars())
        assert bootstrap.verify(connection) == []
    again = opened(tmp_path)
    with again.read() as connection:
        editions = connection.execute(select(AppraisalScheme.edition)).scalars().all()
        assert editions == [1] * len(appraisal_schemes.shipped()), "seeded once"


def test_a_journal_of_another_database_does_not_spoil_the_record(site, tmp_path):
    other = tmp_path / "elsewhere" / "ops.db"
    other.parent.mkdir()
    with closing(sqlite3.connect(other, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size=1")
        connection.execute("CREATE TABLE recipes (words BLOB)")
        connection.executemany("INSERT INTO recipes VALUES (randomblob(?))", [(900,)] * 400)
        connection.execute("BEGIN")
        connection.execute("UPDATE recipes SET words=randomblob(900)")
        waiting = other.with_name("ops.db-journal").read_bytes()
    path = bootstrap.database(site.home)
    path.with_name("ops.db-journal").write_bytes(waiting)
    again = opened(site.home)
    with again.read() as connection:
        assert bootstrap.verify(connection) == []
    assert len(list(site.home.glob("set-aside-*/ops.db"))) == 1


def test_a_waiting_journal_is_not_played_back_where_there_is_no_room_for_a_copy(site):
    journal = site.home / "ops.db-journal"
    journal.write_bytes(stray_journal.BEGINNING + bytes(504))
    before = bootstrap.database(site.home).read_bytes(), journal.read_bytes()
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, most[1]))
    try:
        with pytest.raises(Trouble, match="没有写完的数据要先理清"):
            opened(site.home)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert (bootstrap.database(site.home).read_bytes(), journal.read_bytes()) == before
    with opened(site.home).read() as connection:
        assert bootstrap.verify(connection) == []


@pytest.mark.parametrize("name", ["ops.db", "ops.db-journal"])
def test_a_folder_in_the_place_of_a_file_is_named(site, name):
    in_the_way = site.home / name
    in_the_way.unlink(missing_ok=True)
    in_the_way.mkdir()
    with pytest.raises(Trouble, match=f"{name} 是一个文件夹"):
        opened(site.home)


@pytest.mark.parametrize("harm", ["text", "header", "half", "page", "schema"])
def test_a_damaged_file_gets_a_sentence_and_a_way_out_and_is_kept(site, harm):
    backup.make(site.home, NOW, "手动")
    path = bootstrap.database(site.home)
    whole = path.read_bytes()
    page = whole.index("示例市信息中心".encode()) // 4096 * 4096
    spoilt = {
        "text": b"not a database at all" * 500,
        "header": b"X" * 100 + whole[100:],
        "half": whole[: len(whole) // 2],
        "page": whole[:page] + b"\xff" * 4096 + whole[page + 4096 :],
        "schema": whole.replace(b"staff_no TEXT", b"staff_no T\xffXT", 1),
    }[harm]
    assert spoilt != whole
    path.write_bytes(spoilt)
    with pytest.raises(Trouble) as trouble:
        opened(site.home)
    assert "备份" in trouble.value.remedy
    assert path.read_bytes() == spoilt, "the damaged file is evidence and stays"


def test_restoring_a_backup_sets_the_damaged_files_aside(site):
    made = backup.make(site.home, NOW, "手动")
    path = bootstrap.database(site.home)
    with site.read() as connection:
        links = chain.count(connection)
    site.writing.dispose()
    site.reading.dispose()
    path.write_bytes(b"broken" * 1000)
    (site.home / "ops.db-journal").write_bytes(b"stale")
    aside = restoring.restore(site.home, made.path, NOW, clock=site.clock).aside
    assert sorted(file.name for file in aside.iterdir()) == ["ops.db", "ops.db-journal"]
    again = opened(site.home)
    with again.read() as connection:
        assert bootstrap.verify(connection) == []
        assert chain.count(connection) - 1 == links == made.links, "the link that says so is one more"


def test_a_backup_that_is_not_sound_is_not_restored(site):
    made = backup.make(site.home, NOW, "手动")
    made.path.write_bytes(made.path.read_bytes()[:5000])
    before = bootstrap.database(site.home).read_bytes()
    with pytest.raises(Trouble, match="损坏"):
        restoring.restore(site.home, made.path, NOW)
    assert bootstrap.database(site.home).read_bytes() == before


def test_a_full_disk_says_so_loses_nothing_and_works_again(site):
    with site.read() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()

    def write(engine_limit):
        with site.transaction("写") as tx:
            if engine_limit:
                tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            tx.insert_many(Setting, [{"name": f"n{n}", "value": "长" * 2000} for n in range(50)])

    with pytest.raises(Trouble, match="磁盘已满") as trouble:
        write(engine_limit=True)
    assert "已输入的内容还在" in trouble.value.remedy
    with site.read() as connection:
        assert bootstrap.verify(connection) == []
    write(engine_limit=False)
    with site.read() as connection:
        assert bootstrap.verify(connection) == []


def test_a_second_site_is_not_founded_over_the_first(site):
    with pytest.raises(Refusal, match="已经有一个站点"):
        bootstrap.found_site(site, site="另一个", password="另一句足够长的话")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("1234567", "至少要 8"),
        ("12345678", "太常见"),
        ("88888888", "太常见"),
        ("aaaaaaab", "太常见"),
        ("Trustno1", "太常见"),
        ("5201314a", "太常见"),
        ("samantha1", "太常见"),
    ],
)
def test_weak_passwords_are_refused(password, sentence):
    with pytest.raises(Refusal, match=sentence):
        accounts.check_password(password)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.DESK, Role.READER])
def test_everybody_changes_the_own_password_by_the_old_one(site, role):
    accounts.create(site, name="小林", role=role, password="主管替我想的密码")
    own = site.acting_as(Actor("小林", role))
    for old, new, field, said in (
        ("主管替我想的密码", "1234567", "password", "至少要 8"),
        ("不是这个密码的", "只有我知道的一句话", "old", "密码不对"),
        ("主管替我想的密码", "主管替我想的密码", "password", "一样"),
    ):
        with pytest.raises(Refusal, match=said) as refused:
            accounts.change_own(own, old=old, new=new)
        assert refused.value.field == field
    accounts.change_own(own, old="主管替我想的密码", new="只有我知道的一句话")
    assert accounts.log_in(site, name="小林", password="只有我知道的一句话").role is role
    with pytest.raises(Refusal):
        accounts.log_in(site, name="小林", password="主管替我想的密码")


def test_the_old_password_cannot_be_guessed_without_waiting(site):
    for _ in range(5):
        with pytest.raises(Refusal, match="密码不对"):
            accounts.change_own(site, old="猜一猜的密码", new="只有我知道的一句话")
    with pytest.raises(Refusal, match="请等"):
        accounts.change_own(site, old="值班室里有一盆绿萝", new="只有我知道的一句话")


def test_passwords_are_kept_as_argon2id_and_wrong_ones_make_one_wait(site):
    with site.read() as connection:
        stored = connection.execute(text("SELECT password_hash FROM account")).scalar_one()
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    for _ in range(5):
        with pytest.raises(Refusal, match="账号或密码不对"):
            accounts.log_in(site, name="主管", password="猜一猜吧猜一猜")
    with pytest.raises(Refusal, match="请等"):
        accounts.log_in(site, name="主管", password="值班室里有一盆绿萝")
    site.clock.advance(seconds=3)
    assert accounts.log_in(site, name="主管", password="值班室里有一盆绿萝").name == "主管"


def test_each_wrong_try_more_waits_twice_as_long_at_most_five_minutes_and_nobody_is_locked_out(site):
    waits = []
    for tried in range(14):
        with site.read() as connection:
            left = accounts.wait_left(connection, "主管", site.clock.moment())
        site.clock.advance(seconds=left.total_seconds())
        waits.append(int(left.total_seconds()))
        with pytest.raises(Refusal, match="账号或密码不对"):
            accounts.log_in(site, name="主管", password=f"猜一猜吧猜一猜{tried}")
    assert waits == [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    site.clock.advance(minutes=5)
    assert accounts.log_in(site, name="主管", password="值班室里有一盆绿萝").name == "主管"


def test_nobody_comes_in_under_a_role_that_was_altered_outside(site):
    with closing(sqlite3.connect(bootstrap.database(site.home))) as connection, connection:
        connection.execute("UPDATE account SET role='总管'")
    for ask in (
        lambda: accounts.names(site),
        lambda: accounts.log_in(site, name="主管", password="值班室里有一盆绿萝"),
    ):
        with pytest.raises(Trouble, match="总管") as trouble:
            ask()
        assert "备份" in trouble.value.remedy


def test_the_last_supervisor_cannot_be_switched_off(site):
    with pytest.raises(Refusal, match="最后一个"):
        accounts.change(site, 1, {"role": "服务台", "active": True})
    with pytest.raises(Refusal, match="最后一个"):
        accounts.change(site, 1, {"role": "主管", "active": False})


@pytest.mark.parametrize("folder", ["\\\\server\\share\\ops", "//server/share"])
def test_a_network_share_is_refused(folder):
    with pytest.raises(Trouble, match="网络共享"):
        folders.refuse_unfit(PureWindowsPath(folder))


def _moments(ctx):
    with ctx.read() as connection:
        return connection.execute(select(Account.created_at)).scalars().all()


def _behind(ctx):
    with ctx.read() as connection:
        return clock_guard.set_back_by(connection, ctx.clock)


@pytest.mark.parametrize(
    ("harm", "read"),
    [
        ("UPDATE account SET created_at='31/12/2026'", _moments),
        ("UPDATE staff SET arrived_on='明天'", choices.staff),
        ("UPDATE setting SET value='x' WHERE name='desk.undo_seconds'",
         lambda ctx: settings.number(ctx, "desk.undo_seconds")),
        ("UPDATE setting SET value='2026' WHERE name='site.opened_on'",
         lambda ctx: open_items.status(ctx, closings.of_day(ctx.today()))),
        ("UPDATE ledger SET at='昨天'", _behind),
    ],
    ids=["moment", "day", "number", "setting", "link"],
)  # fmt: skip
def test_a_value_spoilt_outside_names_its_remedy_and_is_remembered(site, harm, read):
    team.build(site)
    settings.write(site, {"desk.undo_seconds": "20"})
    read(site)
    with site.transaction("在程序之外") as tx:
        assert tx.connection.exec_driver_sql(harm).rowcount > 0
    with pytest.raises(Damaged, match="读不出来：数据损坏，或在程序之外改动过") as told:
        read(site)
    assert "修复" in told.value.remedy
    assert unsound.found(site.home) is not None


def test_a_copy_is_proved_against_backups_made_before_it_and_since(site):
    made = backup.make(site.home, NOW, "定时")
    with site.transaction("写") as tx:
        row = tx.insert(Setting, name="own", value="1")
    since = backup.make(site.home, NOW, "手动")
    assert bootstrap.check_copy(site, made.path) == []
    assert unsound.found(site.home) is None
    with site.transaction("在程序之外") as tx:
        tx.connection.exec_driver_sql(f"DELETE FROM setting WHERE id={row}")
        tx.connection.exec_driver_sql("DELETE FROM ledger WHERE seq=(SELECT max(seq) FROM ledger)")
    cut = backup.make(site.home, NOW, "定时")
    assert since.path.name in "".join(bootstrap.check_copy(site, cut.path))
    assert unsound.found(site.home) is not None


def test_a_proof_that_is_stopped_finds_and_remembers_nothing(site):
    with site.transaction("写") as tx:
        tx.insert_many(Setting, [{"name": f"n{n}", "value": "1"} for n in range(20_000)])
    with site.transaction("在程序之外") as tx:
        tx.connection.exec_driver_sql("UPDATE setting SET value='2' WHERE name='n7'")
    made = backup.make(site.home, NOW, "定时")
    looks = []
    assert bootstrap.check_copy(site, made.path, lambda: bool(looks.append(1)) or len(looks) > 2) == []
    assert unsound.found(site.home) is None
    assert 2 < len(looks) < 20
    assert len(bootstrap.check_copy(site, made.path)) == 1
    assert unsound.found(site.home) is not None
