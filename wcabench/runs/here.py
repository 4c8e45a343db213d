"""Where the suite, the encoder and the data of a record are on this machine: no record holds a path."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wcabench.config import DataConfig, EncoderConfig, build
from wcabench.errors import UserError
from wcabench.nn.identity import encoder_identity
from wcabench.runs.pair_content import PairContent, pair_content

if TYPE_CHECKING:
    from wcabench.data.data_source import DataSource
    from wcabench.data.suites import Suite

SHOWN_IDENTITY = 19  # "sha256:" and twelve digits


@dataclass(frozen=True)
class Here:
    """What the user says of this machine.

    Attributes:
        source: where the data is looked for.
        device: "auto", "cpu" or "cuda".
        suite: the TOML file of a suite that does not come with wcabench.
        encoder: of an encoder that is not the suite's own.
        offered: which of "suite" and "encoder" come from the environment. Such a one is used for the records that were
            made with it, and passed over for others; one that was given for this command must fit.
    """

    source: "DataSource"
    device: str = "auto"
    suite: str | None = None
    encoder: EncoderConfig | None = None
    offered: frozenset[str] = frozenset()


def find_suite(name: str, here: Here) -> "tuple[Suite, str]":
    """The suite of a record, and what `load_suite` takes for it.

    Raises:
        UserError: it is not packaged, and no file was given; or the file is another suite's.
    """
    from wcabench.data import suites

    if here.suite and "suite" in here.offered and not _is_suite(here.suite, name):
        here = replace(here, suite=None)
    try:
        suite = suites.load_suite(here.suite or name)
    except UserError as error:
        if here.suite:
            raise
        raise UserError(f"{error}: give the TOML file of suite '{name}' with --suite") from error
    if suite.name != name:
        raise UserError(
            f"--suite {here.suite}: this is suite '{suite.name}'; wanted the file of suite '{name}'"
        )
    return suite, here.suite or name


def find_encoder(identity: str, name: str, suite: "Suite", here: Here) -> EncoderConfig:
    """The encoder of a record: the one that was given, one of the hub, or the suite's own.

    Args:
        identity: "hub:<id>@<revision>", or the beginning of "sha256:<hex>".
        name: for messages.
        suite: of the record.
        here: may name an encoder, which is then not compared; the plan's identity says what it is.

    Raises:
        UserError: it is a folder that is not known here.
    """
    kind, _, content = identity.partition(":")
    given = here.encoder
    if given is not None and ("encoder" not in here.offered or _is_encoder(given, identity)):
        return given
    if kind == "hub":
        hub_id, _, revision = content.rpartition("@")
        return EncoderConfig(name=hub_id, revision=revision)
    if encoder_identity(suite.encoder).startswith(identity):
        return suite.encoder
    raise UserError(
        f"encoder {name} ({identity[:SHOWN_IDENTITY]}) is not that of suite '{suite.name}': "
        "give its folder with --encoder"
    )


def _is_suite(name_or_path: str, name: str) -> bool:
    from wcabench.data import suites

    try:
        return suites.load_suite(name_or_path).name == name
    except UserError:
        return False


def _is_encoder(encoder: EncoderConfig, identity: str) -> bool:
    try:
        return encoder_identity(encoder).startswith(identity)
    except UserError:
        return False


def find_data(
    suite: "Suite", pair: str, labels: str, here: Here, fits: Callable[[PairContent], bool]
) -> DataConfig:
    """The data options, with the translation whose content is the recorded one; where none is, the suite's.

    Args:
        suite: has the translations.
        pair: "en-nl".
        labels: the label policy; empty: the suite's.
        here: where the data is.
        fits: told what the data is, says whether it is the recorded one.

    Raises:
        UserError: no translation fits, and one of them cannot be read.
    """
    names = dict.fromkeys((suite.data.translation, *suite.translations(pair)))
    policy = labels or suite.data.labels
    options = [build(DataConfig, {"labels": policy, "translation": name}, "data") for name in names]
    unread: UserError | None = None
    for candidate in options:
        try:
            if fits(pair_content(suite, pair, candidate, here.source)):
                return candidate
        except UserError as error:
            unread = unread or error
    if unread is not None:
        raise unread
    return options[0]
