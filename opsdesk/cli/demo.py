"""`demo`: build the demo site, or open the one that is there, and tell how to log in."""

from __future__ import annotations

import os
from pathlib import Path

from opsdesk import bootstrap, paths
from opsdesk.cli import exits, saying
from opsdesk.services import settings
from opsdesk.services.errors import Refusal


def home(chosen: str | None) -> Path:
    """Folder of the demo site: `--home` or OPSDESK_HOME, else a folder of its own beside the site's."""
    if chosen or os.environ.get("OPSDESK_HOME"):
        return paths.home(chosen)
    usual = paths.home()
    return usual.with_name(f"{usual.name}-demo")


def make(folder: Path, seed: int | None) -> int:
    """Build the demo site in `folder`; one that is there is opened as it is. Refuses a folder of a real site."""
    from opsdesk import demo_site

    if bootstrap.database(folder).exists():
        ctx = bootstrap.open_site(folder)
        if not demo_site.is_demo(ctx):
            raise Refusal(f"{folder} 里是正式站点，没有改动。请用 --home 指定另一个文件夹来放演示站点。")
        if seed is not None:
            raise Refusal(f"{folder} 里已有演示站点，没有改动。要换 --seed，请用 --home 指定另一个文件夹，或先删掉它。")
        saying.result("打开已有的演示站点，内容照旧。")
    else:
        saying.sentence("正在建立演示站点，大约需要几秒。")
        ctx = demo_site.build(folder, seed=1 if seed is None else seed).ctx
        saying.result("演示站点已建好，单位和人员都是虚构的。")
    saying.result(f"站点：{settings.read(ctx, 'site.name')}")
    saying.result(f"文件夹：{folder}")
    saying.result(f"操作人：{bootstrap.supervisor_of(ctx).name}（主管）")
    saying.result(f"密码：{demo_site.PASSWORD}")
    return exits.DONE
