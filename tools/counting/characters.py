"""Classes of characters that vocabularies of tokens treat alike."""

from __future__ import annotations

import codecs
from enum import IntEnum, auto
from functools import cache

import numpy as np
import numpy.typing as npt


class Kind(IntEnum):
    """A class of characters.

    Attributes:
        LOWER: a to z.
        UPPER: A to Z.
        DIGIT: 0 to 9.
        SPACE: The space.
        LINE: Line feed and carriage return.
        TAB: The tab.
        STOP: `.,;:!?`
        QUOTE: Straight quotes and the backtick.
        BRACKET: All ASCII brackets.
        SIGN: Other ASCII marks.
        UNDER: The underscore.
        LATIN: Latin letters beyond ASCII.
        LETTER: Greek and Cyrillic.
        FAR: Letters of other scripts below U+2000.
        OTHER: What is in no other class.
        HIRAGANA: Hiragana.
        KATAKANA: Katakana.
        TOP: The two hundred most common ideographs.
        COMMON: Some hundreds that follow.
        IDEOGRAPH: Others on level 1 of GB 2312 or JIS X 0208.
        RARE: The rest of the ideographs below U+10000.
        WIDE_STOP: The three marks that most Chinese and Japanese sentences have.
        WIDE_MARK: Other marks of these scripts, and typographic quotes.
        HANGUL: Korean syllables and letters.
        ASTRAL: All from U+10000: emoji, the rarest ideographs.
    """

    LOWER = 0
    UPPER = auto()
    DIGIT = auto()
    SPACE = auto()
    LINE = auto()
    TAB = auto()
    STOP = auto()
    QUOTE = auto()
    BRACKET = auto()
    SIGN = auto()
    UNDER = auto()
    LATIN = auto()
    LETTER = auto()
    FAR = auto()
    OTHER = auto()
    HIRAGANA = auto()
    KATAKANA = auto()
    TOP = auto()
    COMMON = auto()
    IDEOGRAPH = auto()
    RARE = auto()
    WIDE_STOP = auto()
    WIDE_MARK = auto()
    HANGUL = auto()
    ASTRAL = auto()


_RANGES = (
    (0x61, 0x7A, Kind.LOWER),
    (0x41, 0x5A, Kind.UPPER),
    (0x30, 0x39, Kind.DIGIT),
    (0xC0, 0x24F, Kind.LATIN),
    (0x1E00, 0x1EFF, Kind.LATIN),
    (0x370, 0x52F, Kind.LETTER),
    (0x1F00, 0x1FFF, Kind.LETTER),
    (0x530, 0x1DFF, Kind.FAR),
    (0x3000, 0x303F, Kind.WIDE_MARK),
    (0x3041, 0x309F, Kind.HIRAGANA),
    (0x30A0, 0x30FF, Kind.KATAKANA),
    (0x2E80, 0x2FDF, Kind.RARE),
    (0x3100, 0x9FFF, Kind.RARE),
    (0xF900, 0xFAFF, Kind.RARE),
    (0xAC00, 0xD7AF, Kind.HANGUL),
    (0x1100, 0x11FF, Kind.HANGUL),
    (0x3130, 0x318F, Kind.HANGUL),
    (0xFF00, 0xFF65, Kind.WIDE_MARK),
    (0x10000, 0x10000, Kind.ASTRAL),
)
_CHARACTERS = (
    (".,;:!?", Kind.STOP),
    ("'\"`", Kind.QUOTE),
    ("()[]{}<>", Kind.BRACKET),
    ("#$%&*+-/=@\\^|~", Kind.SIGN),
    ("_", Kind.UNDER),
    ("，。、", Kind.WIDE_STOP),
    ("“”‘’…—", Kind.WIDE_MARK),
    (" ", Kind.SPACE),
    ("\t", Kind.TAB),
    ("\n\r", Kind.LINE),
)
_TOP = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种"
    "事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公"
    "此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特"
    "代内信表化老给世位次度门任常先海通教儿原东声提立及比"
)
_COMMON = (
    "员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数"
    "安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达"
    "光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运"
    "気時間国學校学会社事者言見行来年月日今何前後私彼女分方入出書読話聞食飲買売店駅電車道東京都市区県語英本手目口足体心"
    "問題思考場合当理由実際結果必要使用対関連続発表変更確認開始終了完全部品質量数値設定情報機能処理"
)


@cache
def kind_table() -> npt.NDArray[np.uint8]:
    """Give the class of each code point below 0x10000, and as the last one that of all above.

    Returns:
        The table, shape (0x10001,). Made once.
    """
    table = np.full(0x10001, Kind.OTHER, np.uint8)
    for first, last, kind in _RANGES:
        table[first : last + 1] = kind
    for characters, kind in (
        (_level_one("gb2312", 0xD7), Kind.IDEOGRAPH),
        (_level_one("euc_jp", 0xCF), Kind.IDEOGRAPH),
        (_COMMON, Kind.COMMON),
        (_TOP, Kind.TOP),
        *_CHARACTERS,
    ):
        table[[ord(character) for character in characters]] = kind
    return table


def _level_one(codec: str, last_row: int) -> str:
    """Give the characters that a national standard ranks as common: its level 1, by rows of its code table."""
    cells = bytes(byte for row in range(0xB0, last_row + 1) for cell in range(0xA1, 0xFF) for byte in (row, cell))
    return codecs.getdecoder(codec)(cells, "ignore")[0]
