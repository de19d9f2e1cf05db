import { beforeEach, expect, it } from "vitest";
import { Pages } from "../../../webview/src/list/pages.ts";

let asked: { id: number; offset: number }[] = [];
let pages: Pages<string>;
beforeEach(() => {
  asked = [];
  pages = new Pages((id, offset) => asked.push({ id, offset }), { page: 10, asked: 1 });
});
/** Answers the oldest question; its rows say when they were made. */
const answer = (round: string) => {
  const { id, offset } = asked.shift()!;
  return pages.receive(
    id,
    Array.from({ length: 10 }, (_, i) => `${round}${offset + i}`),
  );
};

it("asks for one piece after the other where that is wanted", () => {
  pages.want(5, 25);
  expect(asked.map(({ offset }) => offset)).toEqual([0]);
  for (const next of [[10], [20], []]) {
    answer("a");
    expect(asked.map(({ offset }) => offset)).toEqual(next);
  }
  expect([pages.row(5), pages.row(24), pages.row(30)]).toEqual(["a5", "a24", undefined]);
});

it("asked again, keeps each piece until the newer one is there, and asks for all that are seen", () => {
  pages.want(5, 25);
  for (let i = 0; i < 3; i++) answer("a");
  pages.again(5, 25);
  answer("b");
  expect([pages.row(5), pages.row(15)]).toEqual(["b5", "a15"]);
  answer("b");
  answer("b");
  expect([pages.row(15), pages.row(24)]).toEqual(["b15", "b24"]);
  expect(asked).toEqual([]);
  pages.want(0, 30);
  expect(asked).toEqual([]);
});

it("drops what was on the way when it is asked anew", () => {
  pages.want(0, 1);
  pages.again(0, 1);
  expect(answer("late")).toBe(false);
  expect(answer("new")).toBe(true);
  pages.clear();
  expect([pages.row(0), asked]).toEqual([undefined, []]);
});
