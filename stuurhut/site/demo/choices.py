"""What the made company sorts by: sources, stages, products and the like."""

from __future__ import annotations

from stuurhut.site.demo import names
from stuurhut.site.demo.deals import STAGES
from stuurhut.site.demo.leads import ORIGINS
from stuurhut.site.demo.staff import founded
from stuurhut.site.demo.world import World

ACCOUNT_SOURCE = "Bestaande relatie"


def furnish(world: World) -> None:
    """Fills the tables that others choose from, and keeps their numbers by name in `world.settings`."""
    day = founded(world)
    at = world.calendar.at(day, 9)
    world.books["Organisation"].add(name=names.COMPANY)
    lists = {
        "Source": [*(origin.source for origin in ORIGINS), ACCOUNT_SOURCE],
        "Strategy": names.STRATEGIES,
        "Industry": names.INDUSTRIES,
        "Segment": names.SEGMENTS,
        "Region": names.REGIONS.values(),
        "LossReason": names.LOSS_REASONS,
        "ProductGroup": names.PRODUCTS,
    }
    for kind, wanted in lists.items():
        world.settings[kind] = {name: world.books[kind].add(name=name, recorded_at=at) for name in wanted}
    for group, products in names.PRODUCTS.items():
        for name, euros in products.items():
            number = world.books["Product"].add(
                name=name, group_id=world.settings["ProductGroup"][group], list_price_minor=euros * 100, recorded_at=at
            )
            world.prices[number] = euros * 100
    process = world.books["Process"].add(name="Verkoopproces", recorded_at=at)
    for order, (name, kind, qualified, probability) in enumerate(STAGES, 1):
        stage = world.books["Stage"].add(
            name=name, process_id=process, order=order, kind=kind, qualified=qualified, recorded_at=at
        )
        world.books["StageProbability"].add(stage_id=stage, probability=probability, starts_on=day, recorded_at=at)
