// One connection for all tabs: a browser has six to a host, and six tabs with one each would leave none to read with.
import { keyName } from "../key.js";
import { ADDRESS, connected } from "./connection.js";

/**
 * The version stands for what tabs say to each other: those of an older Riffler may still be open. Tabs with another key
 * are told of another tenant.
 */
const NAME = `riffler.live.1 ${ADDRESS} ${keyName()}`;

/**
 * Follow the service while `show()` was called last, and not `hide()`. Tabs that are shown queue for a lock: who has it
 * makes the connection, and passes on what is told. Browsers have locks where pages are secure (by https, or of this
 * very machine); elsewhere each tab that is shown has a connection of its own.
 */
export function shared({ became, told }) {
  const channel = new BroadcastChannel(NAME);
  let state = "connecting";
  let health; // as it was told last: who comes later knows by it what is a change
  let end; // there while this tab has the connection
  let waiting = new AbortController();
  waiting.abort();

  const becomes = (next) => {
    state = next;
    channel.postMessage({ state });
    became(next);
  };
  const tells = (topic, data) => {
    if (topic === "health") health = data;
    channel.postMessage({ topic, data });
    told(topic, data);
  };
  channel.onmessage = ({ data: said }) => {
    if (said.asked) {
      if (end) channel.postMessage({ state, health });
    } else if (!end) { // else it is an earlier holder's last word
      if (said.health) told("health", said.health);
      if (said.topic) told(said.topic, said.data);
      if (said.state) became(said.state);
    }
  };
  const hold = () => new Promise((release) => {
    if (waiting.signal.aborted) return release(); // it was given as the tab was hidden
    const close = connected({ became: becomes, told: tells });
    end = () => {
      close();
      becomes("connecting"); // the next one does
      end = undefined;
      release();
    };
    becomes("connecting");
  });
  return {
    show() {
      if (!waiting.signal.aborted) return;
      waiting = new AbortController();
      channel.postMessage({ asked: true });
      if (!navigator.locks) return void hold();
      navigator.locks.request(NAME, { signal: waiting.signal }, hold).catch(({ name }) => {
        if (name !== "AbortError") hold(); // this browser keeps locks from pages, as some settings do
      });
    },
    hide() {
      waiting.abort();
      end?.();
    },
  };
}
