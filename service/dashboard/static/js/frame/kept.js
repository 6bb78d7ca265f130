// What the browser keeps between visits: how pages look and act, nothing of what they show. It may keep nothing.

/** Recall a choice, or what is chosen where there is none. */
export function recalled(name, otherwise) {
  try {
    return localStorage.getItem(`riffler.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Keep a choice, where the browser lets us. */
export function keep(name, value) {
  try {
    localStorage.setItem(`riffler.${name}`, value);
  } catch {
    // it holds until the page is closed
  }
}
