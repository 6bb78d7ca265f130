"""The English pipeline that ships with the package: how its text is made ready, trained and measured.

python -m riffler.service.training.english train --data ../shared/data/ud-ewt --out build/english
python -m riffler.service.training.english evaluate build/english/model-best --data ../shared/data/ud-ewt
"""
