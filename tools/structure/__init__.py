"""Where a text may be cut: at headings, paragraphs, lines, sentences, code blocks, JSON items, or by size.

Pure functions over one string. They know nothing of messages and fragments: places go in and out as character offsets.
A file finds the places of one kind; `kinds.py` names them all and makes pieces of them; `joints.py` says which places
lie inside a word, a number or a character, where no kind ever cuts.
"""
