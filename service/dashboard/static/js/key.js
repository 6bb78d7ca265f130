// The key that this tab asks with. It is kept in the tab's session storage: that ends with the tab, is of this origin
// alone, and is sent by these pages and nobody else. A cookie would be sent to every port of this host, and by browsers
// themselves; what keeps scripts of others from reading storage is the policy that lets none run here.
import { useEffect, useState } from "./html.js";

const NAME = "riffler.key";
const watchers = new Set();
let key = kept();
let needed = false; // whether the service refused what was asked with it, or without

function kept() {
  try {
    return sessionStorage.getItem(NAME) ?? "";
  } catch {
    return ""; // this browser keeps nothing
  }
}

/** What goes with each request. */
export const keyHeaders = () => (key ? { Authorization: `Bearer ${key}` } : {});

/** Names the key among tabs, without its secret: those with another one may be of another tenant. */
export const keyName = () => (key ? (/^rk-([0-9a-f]{12})-/.exec(key)?.[1] ?? String(Math.random())) : "");

/** Take note that the service wants a key, or another one. */
export function wanted() {
  needed = true;
  for (const watcher of watchers) watcher(true);
}

/** Go on with a key, or with none: all is read anew. Gives false where the browser doesn't keep it. */
export function use(given) {
  try {
    if (given) sessionStorage.setItem(NAME, given);
    else sessionStorage.removeItem(NAME);
  } catch {
    return false;
  }
  location.reload();
  return true;
}

/** Whether there is a key, and whether another one is needed. */
export function useKey() {
  const [now, is] = useState(needed);
  useEffect(() => {
    watchers.add(is);
    is(needed);
    return () => watchers.delete(is);
  }, []);
  return { has: key !== "", needed: now };
}
