// What pages are made with: Preact and htm. A text in a template is text, never markup, whatever it holds.
export { html, render, useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, Component } from "../vendor/htm/standalone.module.js";
