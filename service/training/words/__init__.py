"""The word lists that the lexical features read: how they are made from WordNet, wordfreq and pattern's lexicon.

python -m riffler.service.training.words build --wordnet wordnet --subjectivity en-sentiment.xml --out lists
"""
