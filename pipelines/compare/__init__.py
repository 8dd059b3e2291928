"""Two extractors on the same stored pages, side by side: what would change before anyone switches.

``difference`` compares two articles, ``tally`` adds the differences up by source, ``page`` shows the worst of them.
``other`` puts another extractor into a folder, ``runners`` runs it in processes of its own. Nothing is stored.
"""
