"""What a caption says of an encoder."""

import pytest

from wcabench.reports.captions import describe_encoder


@pytest.mark.parametrize(
    ("freeze", "said"),
    [
        (-1, "mini (sha256:0123456789ab)"),
        (0, "mini (sha256:0123456789ab), embeddings frozen"),
        (1, "mini (sha256:0123456789ab), embeddings and first layer frozen"),
        (3, "mini (sha256:0123456789ab), embeddings and first 3 layers frozen"),
    ],
)
def test_a_caption_says_what_is_frozen(freeze, said):
    assert (
        describe_encoder("mini", {"identity": "sha256:" + "0123456789abcdef" * 4, "freeze": freeze}) == said
    )
