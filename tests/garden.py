"""Six sentence pairs whose words are easily linked."""

GARDEN = [
    (source.split(), target.split())
    for source, target in [
        ("the house is green", "das Haus ist grün"),
        ("the garden is big", "der Garten ist groß"),
        ("a green garden", "ein grüner Garten"),
        ("the house", "das Haus"),
        ("a big house", "ein großes Haus"),
        ("the green house is big", "das grüne Haus ist groß"),
    ]
]
