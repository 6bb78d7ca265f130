"""Which language a passage is in."""

import pytest

from riffler.tools.common_words import is_german


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("Der Kunde hat gestern die Rechnung bezahlt, und der Vertrag wurde verlängert.", True),
        ("Wir haben das Lager geräumt und die Ware ist in Ordnung.", True),
        ("They die young, and those who die old die happy.", False),
        ("Marie Curie, Pierre Curie, Ada Lovelace, Alan Turing, Grace Hopper", False),
        ("De man die gisteren kwam, heeft de rekening van het huis betaald.", False),
        ("Den gamle mand gav dem den nye bog, og der var intet at sige.", False),
        ("Le client a payé la facture des travaux et le contrat est signé.", False),
        ("", False),
    ],
)
def test_german(text: str, german: bool) -> None:
    """German is known by its commonest words; capitals alone, and single words of like form, don't make it."""
    assert is_german(text) is german
