"""What the data of a language pair is, by its content."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wcabench.config import DataConfig, RecipeConfig
from wcabench.contract import Need

if TYPE_CHECKING:
    from wcabench.data.data_source import DataSource
    from wcabench.data.labels import LabelPolicy
    from wcabench.data.suites import Suite


@dataclass(frozen=True)
class PairContent:
    """What the data of a pair is, by content.

    Attributes:
        shas: the sha256 of each resource, by its role.
        slot_roles: the roles of the resources that each slot is made of, for the slots that the suite gives.
        policy: the entity types in use.
    """

    shas: Mapping[str, str]
    slot_roles: Mapping[Need, Sequence[str]]
    policy: "LabelPolicy"

    def slots(self, recipe: RecipeConfig) -> dict[str, str]:
        """The sha256 of what each slot hands out; the recipe may add the development set to the labelled sentences."""
        slots = {need: [self.shas[role] for role in roles] for need, roles in self.slot_roles.items()}
        if recipe.train_on == "train+dev" and "source_dev" in self.shas:
            slots["labelled"] = [*slots["labelled"], self.shas["source_dev"]]
        return {need: "+".join(parts) for need, parts in slots.items()}

    def table(self, recipe: RecipeConfig, names: Collection[str]) -> dict[str, str]:
        """The data of a cell by the names that its configuration has for it: "target-test", "source-test", and slots.

        Args:
            recipe: may add the development set to the labelled sentences.
            names: that are wanted; those that there is no data for are left out.
        """
        tests = {"target-test": self.shas["target_test"], "source-test": self.shas["source_test"]}
        table = {**tests, **self.slots(recipe)}
        return {name: sha256 for name, sha256 in table.items() if name in names}


def pair_content(suite: "Suite", pair: str, options: DataConfig, source: "DataSource") -> PairContent:
    """What the data of a pair is; read where it is not pinned.

    Raises:
        UserError: unknown pair or translation, or data that is missing or wrong.
    """
    return PairContent(
        suite.fingerprints(pair, options, source),
        suite.slot_roles(pair, options),
        suite.label_policy(pair, options, source),
    )
