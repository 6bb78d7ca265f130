"""Judging answers where no reference is: what a judge is asked, and how its reply is read.

Pitis, Xiao, Le Roux, Sordoni, "Improving Context-Aware Preference Modeling for Language Models" (2024),
https://arxiv.org/abs/2407.14916: which answer is better depends on what matters in the context, so choose that first,
and judge given it. We choose among a few named criteria, where the paper has contexts in free words: so rewards of one
criterion can be told from those of another.

To add a criterion: its definition in `criteria.toml`. The version changes by itself with every word of it.
"""
