"""The patterns that texts from outside must match, each with words for who sent another one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TEXT = r"\S"
SESSION = r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,199}$"
TAGS = r'^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$'
REQUEST_NAME = r"^[!-~]{1,255}$"

WORDS: Mapping[str, str] = MappingProxyType(
    {
        TEXT: "a text that isn't blank",
        SESSION: "1 to 200 of the characters A-Z a-z 0-9 . _ ~ -, the first a letter or a digit",
        TAGS: 'an entity tag as `ETag` has it, such as "7-1b2c3d4e" in its quotation marks, several with commas, or *',
        REQUEST_NAME: "1 to 255 visible ASCII characters, without a space",
    }
)
