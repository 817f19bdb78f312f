"""Read by the server from which children come: everything a desk needs is loaded before the first of them begins."""

from benchmarks.reliability import kill, living  # noqa: F401 — what children run

with living.folder() as home:
    living.copy(home)
    ctx = living.opened(home)
    for n in range(living.A_DAY):
        living.act(ctx, n)
    living.close(ctx)
