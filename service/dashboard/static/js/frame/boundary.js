// A page that throws says so; the frame around it goes on.
import { Component, html } from "../html.js";
import { State } from "../parts.js";

/** Holds a page. Its `key` changes with the page, and `at` with the place on it, so that another one begins well. */
export class Boundary extends Component {
  constructor() {
    super();
    this.state = { error: undefined };
  }

  static getDerivedStateFromError(error) {
    return { error };
  }

  componentDidCatch(error) {
    console.error(error); // where it was thrown, for who mends it
  }

  componentDidUpdate({ at }) {
    if (this.state.error && at !== this.props.at) this.setState({ error: undefined });
  }

  render({ children }, { error }) {
    // An element of its own for each, because what was being drawn when it threw is left in the element that held it.
    if (!error) return html`<div key="page">${children}</div>`;
    return html`<${State} key="failed" title="This page failed" bad=${true}>
      <p>This is an error in Riffler, and nothing was lost by it: the other pages go on. The browser's console says where it was.</p>
      <p><code>${String(error?.message ?? error)}</code></p>
      <button type="button" onClick=${() => this.setState({ error: undefined })}>Try again</button>
    <//>`;
  }
}
