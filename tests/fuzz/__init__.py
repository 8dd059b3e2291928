"""Whatever bytes come in, an answer or an expected error comes out.

``targets`` says so of each parser; ``test_targets`` tries it with hypothesis in every run of the tests, and
``python -m tests.fuzz TARGET`` searches with atheris, which is guided by the lines of code it reaches.
"""
