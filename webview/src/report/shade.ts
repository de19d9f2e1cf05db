/** A fuller shade than this would hide the number in it, in some theme. */
const fullest = 0.4;

/** Shades an element by a share of the fullest shade, for the style sheet. */
export function shade(element: HTMLElement, share: number): void {
  element.style.setProperty("--shade", (fullest * Math.min(1, Math.max(0, share))).toFixed(3));
}
