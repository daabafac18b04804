"""Four simulated supply chains, each with a ledger of what really happened."""

from firmware_sim.worlds.cylinder import CylinderWorld
from firmware_sim.worlds.drug import DrugWorld
from firmware_sim.worlds.food import FoodWorld
from firmware_sim.worlds.millet import MilletWorld
from firmware_sim.worlds.world import World

WORLDS: dict[str, type[World]] = {
    world.name: world for world in (FoodWorld, DrugWorld, CylinderWorld, MilletWorld)
}

__all__ = ["WORLDS", "CylinderWorld", "DrugWorld", "FoodWorld", "MilletWorld", "World"]
