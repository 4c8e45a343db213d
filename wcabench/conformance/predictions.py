"""Checks of a tagger's predictions: their form, and that they depend only on the words of the sentence."""

from wcabench.conformance.report import Finding, failed, passed
from wcabench.conformance.trial import Fitted, Trial, corpus_files
from wcabench.contract import Words
from wcabench.data.guard import data_closed
from wcabench.nn.labels import tag_names
from wcabench.runs.tagging import Tags, disturb_generators, tag


def tagger(trial: Trial) -> Finding:
    """Check that `fit` returns a tagger that gives every word a tag of the label set."""
    fitted = trial.fit()
    if fitted.error is not None:
        return failed(
            f"fit raised {type(fitted.error).__name__}: {fitted.error}",
            "it must train on any pair that has what it needs, and read nothing but that",
        )
    sentences = sample_words(trial)
    with data_closed(corpus_files()):
        predicted = fitted.tagger.predict(sentences, "target")
    if [len(tags) for tags in predicted] != [len(words) for words in sentences]:
        return failed("predict does not give one tag a word", "return a list as long as each sentence")
    known = {*tag_names(trial.data.types), None}
    unknown = sorted({str(tag) for tags in predicted for tag in tags if tag not in known})
    if unknown:
        return failed(f"predicts {', '.join(unknown[:5])}", "use O, B-X and I-X of the types in bench.types")
    return passed(f"one tag a word for {len(sentences)} sentences")


def predictions(trial: Trial) -> Finding:
    """Check that a sentence gets the same tags twice, alone, in another order, and at any state of the generators."""
    fitted, sentences = trial.trained(), sample_words(trial)
    try:
        with data_closed(corpus_files()):
            together = tag(fitted.tagger, sentences, "target", transductive=trial.info.transductive)
    except ValueError as error:
        return failed(
            str(error), "let predict read the words and nothing else; see AdaptedTagger for adaptation"
        )
    if not trial.info.transductive:
        # A fresh tagger: one that learns from the sentences it tags would give other tags in another order.
        reordered = _tags_in_reverse_order(trial.trained(again=True), sentences)
        changed = sum(
            a != b
            for tags, tags_reordered in zip(together, reordered, strict=True)
            for a, b in zip(tags, tags_reordered, strict=True)
        )
        if changed:
            return failed(
                f"{changed} words get other tags when the sentences come one by one, the last first",
                "let a sentence's tags depend on its own words alone, or declare transductive=True",
            )
    return passed(f"{len(sentences)} sentences: the same tags twice, alone, and in another order")


def sample_words(trial: Trial) -> list[Words]:
    """Return the words of the sentences that the checks tag."""
    return [sentence.words for sentence in trial.data.target_test]


def _tags_in_reverse_order(fitted: Fitted, sentences: list[Words]) -> list[Tags]:
    """Tag the sentences one by one, the last one first; return the tags in the given order of sentences."""
    disturb_generators(7)
    with data_closed(corpus_files()):
        return [fitted.tagger.predict([words], "target")[0] for words in sentences[::-1]][::-1]
