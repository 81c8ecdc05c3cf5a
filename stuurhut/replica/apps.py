import gc
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

# Answers and imports make tens of thousands of small things without cycles. By Python's own setting they are looked
# through again and again meanwhile, which takes longer than making them.
COLLECTING = (50_000, 20, 20)


class ReplicaConfig(AppConfig):
    name = "stuurhut.replica"
    label = "replica"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        gc.set_threshold(*COLLECTING)
        # Without a sender: an app without models, such as this one, is never told that a migration is over.
        post_migrate.connect(see_to_triggers, dispatch_uid="replica")


def see_to_triggers(plan: Sequence[object] = (), **_: Any) -> None:
    """Migrations on SQLite rebuild tables, and their triggers are then gone; and some change rows without a trigger."""
    from stuurhut.replica import asking, feed

    mended = feed.install(asking.plan().tables)
    if plan:
        feed.reloaded(table for table in asking.plan().tables if table not in mended)
