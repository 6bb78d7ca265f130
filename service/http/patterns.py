"""The patterns that texts from outside must match, each with words for who sent another one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from riffler.service.ports.access import LABEL, LABEL_WORDS
from riffler.service.ports.session_names import SESSION_NAME, SESSION_NAME_WORDS

TEXT = r"\S"
TAGS = r'^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$'
REQUEST_NAME = r"^[!-~]{1,255}$"

WORDS: Mapping[str, str] = MappingProxyType(
    {
        TEXT: "a text that isn't blank",
        SESSION_NAME: SESSION_NAME_WORDS,
        LABEL: LABEL_WORDS,
        TAGS: 'an entity tag as `ETag` has it, such as "7-1b2c3d4e" in its quotation marks, several with commas, or *',
        REQUEST_NAME: "1 to 255 visible ASCII characters, without a space",
    }
)
