import { readFileSync } from "node:fs";
import { chromium, type Page } from "playwright-core";
import { Catalogue } from "../../server/src/analysis/explore/catalogue.ts";
import { complete, list, nothingFound } from "../../server/src/analysis/explore/list.ts";
import type { SaeInfo } from "../../server/src/protocol/engine.ts";
import type { FeatureQuery } from "../../server/src/protocol/explore.ts";
import { findBrowser } from "../vscode/prerequisites.ts";
import { browserFlags } from "../vscode/session.ts";
import { summary, times } from "./stats.ts";

const small = 16_384;

/** The explorer with 16,384 labelled latents: the server's lists, and its page while it is scrolled. */
export async function explorer(runs: number): Promise<object> {
  // Those that nothing was looked for in yet: `times` runs once more than it counts.
  const unused = Array.from({ length: 3 * (runs + 1) }, () => fresh());
  const query = async (it: FeatureQuery) => summary(await times(runs, async () => listed(unused.pop()!, it)));
  const warm = fresh();
  listed(warm, { words: "word" });
  return {
    latents: small,
    searchMs: summary(await times(runs, async () => listed(warm, { words: "word 12" }))),
    // The first search after a start or a new label makes the index.
    firstSearchMs: await query({ words: "word 12" }),
    sortByLabelMs: await query({ sort: "label" }),
    sortByFrequencyMs: await query({ sort: "frequency" }),
    large: await largeLists(runs),
    ...(await scrolling()),
  };
}

/** Eight wide SAEs: how long the language server is busy with one list, and can answer no hover. */
async function largeLists(runs: number): Promise<object> {
  const catalogue = fresh(65_536, 8);
  const query = async (it: FeatureQuery) => summary(await times(runs, async () => listed(catalogue, it)));
  return {
    latents: catalogue.size,
    unsortedMs: await query({}),
    sortByFrequencyMs: await query({ sort: "frequency" }),
    sortByScoreMs: await query({ sort: "score" }),
    sortByLabelMs: await query({ sort: "label" }),
  };
}

function fresh(width = small, saes = 1): Catalogue {
  const labels = Array.from(
    { length: width },
    (_, i): [number, { text: string; maker: string; f1: number }] => [
      i,
      {
        text: `Word ${(i * 7919) % width} of a label that somebody wrote`,
        maker: "bench",
        f1: (i % 97) / 97,
      },
    ],
  );
  const frequency = Float32Array.from({ length: width }, (_, i) => ((i * 7919) % width) / width);
  const sae = {
    id: "s",
    width,
    labels: new Map(labels),
    frequency,
    maximum: frequency,
    frequencySource: "bench",
  };
  const named = Array.from({ length: saes }, (_, s) => ({ ...sae, id: `s${s}` }) as unknown as SaeInfo);
  return new Catalogue({ saes: named }, new Map());
}

function listed(catalogue: Catalogue, query: FeatureQuery): void {
  if (list(catalogue, complete(query, 0.1), nothingFound).length === 0) throw new Error("nothing was found");
}

/** How long the page's own work at a scroll takes, layout included, by steps of some rows and by jumps. */
async function scrolling(): Promise<object> {
  const browser = await chromium.launch({ executablePath: findBrowser() ?? undefined, args: browserFlags });
  try {
    const page = await browser.newPage({ viewport: { width: 900, height: 1200 } });
    await openPage(page);
    const [steps, jumps] = [await scrollBy(page, 150, 500), await scrollBy(page, 51_237, 500)];
    const nodes = await page.locator('.space [role="row"]').count();
    return { rowNodes: nodes, scrollByRowsMs: summary(steps), scrollByJumpsMs: summary(jumps) };
  } finally {
    await browser.close();
  }
}

/** The packaged bundle in a page that answers as the extension would. */
async function openPage(page: Page): Promise<void> {
  const read = (name: string) =>
    readFileSync(new URL(`../../dist/webview/explorer.${name}`, import.meta.url), "utf8");
  await page.setContent("<!doctype html><html><body></body></html>");
  await page.addStyleTag({ content: read("css") });
  await page.evaluate((total) => {
    const answer = ({ id, offset, count }: { id: number; offset: number; count: number }) => {
      const rows = Array.from({ length: Math.max(0, Math.min(count, total - offset)) }, (_, i) => ({
        ...{ sae: "resid_post_3", feature: offset + i, label: `a label of feature ${offset + i}` },
        ...{ source: "imported", frequency: 0.0123, maximum: 4.56, score: 0.78, output: null, input: null },
        ...{ contrast: null, like: null, distance: null },
      }));
      return {
        type: "rows",
        id,
        answer: { model: "m", saes: [], total, of: total, offset, rows, notes: [] },
      };
    };
    const tell = (data: object) => window.dispatchEvent(new MessageEvent("message", { data }));
    const postMessage = (it: { type: string; id: number; offset: number; count: number }) => {
      if (it.type === "ready") setTimeout(() => tell({ type: "file", uri: "", file: "" }));
      else if (it.type === "ask") setTimeout(() => tell(answer(it)));
    };
    Object.assign(window, { acquireVsCodeApi: () => ({ postMessage, setState() {}, getState() {} }) });
  }, small);
  await page.addScriptTag({ content: read("js") });
  await page.locator('.space [role="row"]').first().waitFor();
}

function scrollBy(page: Page, pixels: number, count: number): Promise<number[]> {
  return page.evaluate(
    async ([step, many]) => {
      const grid = document.querySelector<HTMLElement>('[role="grid"]')!;
      const most = grid.scrollHeight - grid.clientHeight;
      const times: number[] = [];
      for (let i = 1; i <= many; i++) {
        // The next frame: the browser's own event of this step is over before the one that is measured.
        grid.scrollTop = (i * step) % most;
        const start = performance.now();
        grid.dispatchEvent(new Event("scroll"));
        grid.getBoundingClientRect();
        times.push(performance.now() - start);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return times;
    },
    [pixels, count],
  );
}
