"""The commands of `wcabench`, by the sections of its help; the module of a command is imported when it is called."""

from wcabench.cli.groups import Entry

ALIGN = {
    "evaluate": Entry(
        "Precision, recall and error rate of a file of links.", "wcabench.cli.align.evaluate:evaluate"
    ),
    "sweep": Entry(
        "Measure methods on gold links over layers and epsilon.", "wcabench.cli.align.sweep:sweep"
    ),
    "show": Entry("Show how methods couple the tokens of a sentence pair.", "wcabench.cli.align.show:show"),
}
LIST = {
    "methods": Entry("The installed methods.", "wcabench.cli.listing:methods"),
    "options": Entry("What --set takes, with the defaults of a suite.", "wcabench.cli.settings:options"),
    "pairs": Entry("The language pairs of a suite.", "wcabench.cli.listing:pairs"),
    "suites": Entry("The suites that come with wcabench.", "wcabench.cli.listing:suites"),
    "results": Entry("The cells of a results folder.", "wcabench.cli.listing:results"),
}
STORE = {
    "show": Entry("Show all about one cell.", "wcabench.cli.store.show:show"),
    "verify": Entry(
        "Run a cell again and say whether its numbers are the same.", "wcabench.cli.store.verify:verify"
    ),
    "rerun": Entry(
        "Run the cells of a signature, or one cell, with the same settings.", "wcabench.cli.store.rerun:rerun"
    ),
    "tags": Entry(
        "Print words, gold tags and predicted tags of a cell's test set.", "wcabench.cli.store.tags:tags"
    ),
    "rescore": Entry(
        "Count the stored predictions of cells again by today's scorers.",
        "wcabench.cli.store.rescore:rescore",
    ),
    "merge": Entry(
        "Copy the finished cells of other results folders into one.", "wcabench.cli.store.merge:merge"
    ),
    "export": Entry(
        "Write cells into one file to publish, without a word of a corpus.",
        "wcabench.cli.store.export_results:export",
    ),
    "import": Entry(
        "Check a published file and copy its cells.", "wcabench.cli.store.import_results:import_"
    ),
}
SUITE = {
    "prepare": Entry("Fetch and check everything that a run needs.", "wcabench.cli.suite.prepare:prepare"),
}
METHOD = {
    "new": Entry("Write a project with a method that works.", "wcabench.cli.method.new:new"),
    "check": Entry(
        "Check that a method keeps its contract with the bench.", "wcabench.cli.method.check:check"
    ),
    "diagnose": Entry(
        "Show how methods couple, and what becomes of words and entities.",
        "wcabench.cli.method.diagnose:diagnose",
    ),
}
ENCODER = {
    "pretrain": Entry(
        "Pretrain a small multilingual encoder from text.", "wcabench.cli.encoder.pretrain:pretrain"
    ),
}

SECTIONS = {
    "Run methods and read results": {
        "run": Entry("Run methods on pairs over seeds; finished cells are skipped.", "wcabench.cli.run:run"),
        "status": Entry("Say what is done, what failed and what is to do.", "wcabench.cli.status:status"),
        "report": Entry(
            "Print the table of results, and which differences are real.", "wcabench.cli.report:report"
        ),
        "compare": Entry(
            "Compare two methods: difference, entity types, sentences.", "wcabench.cli.compare:compare"
        ),
        "plot": Entry("Draw F1, losses, differences, cost or alignment error.", "wcabench.cli.plot:plot"),
    },
    "Work on files of your own": {
        "score": Entry("Score a file of predicted tags against gold tags.", "wcabench.cli.score:score"),
        "align": Entry("Align the words of a text.", "wcabench.cli.align.text:align", ALIGN),
    },
    "Look around": {
        "list": Entry("List what there is.", members=LIST),
        "doctor": Entry(
            "Check the installation, the device, the data and the encoder.", "wcabench.cli.doctor:doctor"
        ),
    },
    "Groups, as in wcabench store merge": {
        "store": Entry(
            "Cells.",
            members=STORE,
            about="Look at the cells of a results folder, run them again, and copy them between folders and files.",
        ),
        "suite": Entry(
            "The data of a suite.", members=SUITE, about="Get and check the data and the encoder of a suite."
        ),
        "method": Entry(
            "A method of your own.",
            members=METHOD,
            about="Begin a method of your own, check it, and see why it helped or did not.",
        ),
        "encoder": Entry("An encoder of your own.", members=ENCODER, about="Make an encoder of your own."),
    },
}
COMMANDS = {name: entry for section in SECTIONS.values() for name, entry in section.items()}
