import { make } from "../dom.ts";
import { tokenAfterKey } from "../keys.ts";
import type { ShadedToken } from "./view.ts";

/**
 * Tokens in a row, shaded by their activation: one stop of the Tab key, arrows go from token to token, and what the chosen
 * one is worth is written beside.
 * @param name what a screen reader calls the row
 */
export function strip(tokens: ShadedToken[], name: string): HTMLElement {
  const readout = make("span", { class: "readout", "aria-hidden": "true" });
  const items = tokens.map(({ text, title, shade, peak, muted }) => {
    const classes = ["token", peak && "peak", muted && "muted"].filter(Boolean).join(" ");
    const item = make("span", { class: classes, role: "option", title, "aria-label": title }, text);
    item.style.setProperty("--shade", shade.toFixed(3));
    if (shade > 0) item.classList.add("active");
    return item;
  });
  const row = make("div", { class: "strip", role: "listbox", "aria-label": name, dir: "auto" }, ...items);
  let chosen = Math.max(
    0,
    tokens.findIndex(({ peak }) => peak),
  );
  const choose = (token: number) => {
    for (const i of [chosen, token]) {
      items[i].tabIndex = i === token ? 0 : -1;
      items[i].setAttribute("aria-selected", String(i === token));
    }
    chosen = token;
  };
  if (items.length > 0) choose(chosen);
  for (const [i, item] of items.entries()) {
    if (i !== chosen) item.setAttribute("aria-selected", "false");
    item.addEventListener("focus", () => {
      readout.textContent = tokens[i].title;
    });
    item.addEventListener("click", () => {
      choose(i);
      item.focus();
    });
  }
  row.addEventListener("keydown", (event) => {
    const next = tokenAfterKey(event.key, chosen, items.length);
    if (next === null) return;
    event.preventDefault();
    choose(next);
    items[next].focus();
  });
  row.addEventListener("focusout", () => {
    readout.textContent = "";
  });
  return make("div", { class: "example" }, row, readout);
}
