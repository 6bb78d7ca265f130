"""The form of the page where one asks: fills it in as people do."""

from playwright.async_api import Page

_PASTE = """([field, text]) => {
    const carried = new DataTransfer();
    carried.setData("text/plain", text);
    const began = performance.now();
    field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: carried, bubbles: true, cancelable: true}));
    return new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))));
}"""


async def paste_ms(page: Page, text: str) -> float:
    """Paste a text, and tell how long the page took until it could be painted and do something else."""
    took: float = await page.evaluate(_PASTE, [await page.query_selector("#try-text"), text])
    return took


async def ask(page: Page, question: str, text: str = "") -> None:
    """Fill the fields, a long text as one pastes it, and ask by the keys."""
    if text.count("\n") > 100:
        await paste_ms(page, text)
    else:
        await page.get_by_label("Text to ask about").fill(text)
    await page.get_by_label("Question").fill(question)
    await page.get_by_label("Question").press("Control+Enter")
