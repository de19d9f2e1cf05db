/** Arrows, Home and End go to the nearest cell in their direction; where the cursor was, Tab comes back to. */
export function moveByKeys(table: HTMLElement, cells: HTMLElement[][]): void {
  const places = cells.flatMap((row, r) =>
    row.flatMap((cell, c) => (cell.getAttribute("role") === "gridcell" ? [{ cell, r, c }] : [])),
  );
  const home = places.find(({ cell }) => cell.classList.contains("chosen")) ?? places[0];
  if (home) home.cell.tabIndex = 0;
  table.addEventListener("focusin", ({ target }) => {
    for (const { cell } of places) cell.tabIndex = cell === target ? 0 : -1;
  });
  table.addEventListener("keydown", (event) => {
    const here = places.find(({ cell }) => cell === event.target);
    const next = here && places[nextPlace(event.key, here, places)];
    if (!next) return;
    event.preventDefault();
    next.cell.focus();
  });
}

interface Place {
  r: number;
  c: number;
}

/** @returns the index of a place; -1 for keys that lead nowhere */
export function nextPlace(key: string, { r, c }: Place, places: readonly Place[]): number {
  const nearest = (fits: (it: Place) => boolean, far: (it: Place) => number) =>
    places.reduce((best, it, i) => (fits(it) && (best < 0 || far(it) < far(places[best])) ? i : best), -1);
  switch (key) {
    case "ArrowRight":
      return nearest(
        (it) => it.r === r && it.c > c,
        (it) => it.c,
      );
    case "ArrowLeft":
      return nearest(
        (it) => it.r === r && it.c < c,
        (it) => -it.c,
      );
    case "ArrowDown":
      return nearest(
        (it) => it.c === c && it.r > r,
        (it) => it.r,
      );
    case "ArrowUp":
      return nearest(
        (it) => it.c === c && it.r < r,
        (it) => -it.r,
      );
    case "Home":
      return nearest(
        (it) => it.r === r,
        (it) => it.c,
      );
    case "End":
      return nearest(
        (it) => it.r === r,
        (it) => -it.c,
      );
    default:
      return -1;
  }
}
