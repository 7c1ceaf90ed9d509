/**
 * Measures the pages of both histories in a browser over a long generated one: the first figures of Spend; the first
 * rows of Trajectories, its scrolling, its charts, and how long the host's thread was held up meanwhile. Needs the built `media/` and a Chromium.
 * Usage: node --import tsx test/bench/trajectories.ts [--runs N] [--calls N] [--seed N] [--state FOLDER]
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import type { FromSpendView } from '../../src/contract/messages.ts';
import type { FromTrajectories, TrajectoriesDraft } from '../../src/contract/trajectories-messages.ts';
import { generateRuns } from '../../src/ledger/generate.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { openReader } from '../../src/ledger/reader.ts';
import { spendFigures } from '../../src/vscode/spend/spend-figures.ts';
import { type OpenPhase, openPhase } from '../../src/vscode/trajectories/open-phase.ts';
import { choosePhase } from '../../src/vscode/trajectories/places.ts';
import { readCharts } from '../../src/vscode/trajectories/read-charts.ts';
import { pageOf, type Reader } from '../../src/vscode/trajectories/run-list.ts';
import { openBrowser } from '../editor/browser.ts';
import { findEditor } from '../editor/find-editor.ts';
import { projectFolder } from '../editor/paths.ts';
import { watchEventLoop } from '../host/blocking.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    calls: { type: 'string', default: '100' },
    seed: { type: 'string', default: '7' },
    state: { type: 'string' },
  },
});

function fill(directory: string): void {
  const ledger = openLedger(directory);
  const options = { runs: Number(values.runs), callsPerRun: Number(values.calls), seed: Number(values.seed) };
  if (ledger.countRuns({}) === 0) {
    for (const run of generateRuns({ ...options, until: new Date().toISOString() })) ledger.importRun(run);
  }
  console.log(`${ledger.countRuns({})} runs, ${ledger.spend({ by: 'role' }).total.calls} calls`);
  ledger.close();
}

/** Answers the page as the extension does, out of the reader's thread. */
function hostOf(
  reader: Reader,
  post: (draft: TrajectoriesDraft) => void,
): (message: FromTrajectories) => Promise<void> {
  let open: OpenPhase | null = null;
  return async (message) => {
    switch (message.type) {
      case 'ready': {
        const wanted = { filters: message.filters, start: 0, after: null, skip: 0, limit: 50 };
        post({ type: 'snapshot', page: await pageOf(reader, wanted, new Date()), notice: null });
        break;
      }
      case 'list':
        post({ type: 'runs', question: message.question, page: await pageOf(reader, message, new Date()) });
        break;
      case 'open': {
        const { runId, phaseId } = message.place;
        open = openPhase(runId, choosePhase(await reader.run(runId), phaseId) ?? '');
        const phase = await open.read(reader);
        if (phase) post({ type: 'phase', phase });
        break;
      }
      case 'open-step': {
        const detail = await open?.step(reader, message.stepId);
        if (detail) post({ type: 'step', detail });
        break;
      }
      case 'open-charts':
        await readCharts(reader, message.filters, new AbortController().signal, (view) =>
          post({ type: 'charts', question: message.question, view }),
        );
        break;
      default:
        break;
    }
  };
}

const media = (name: string) => readFileSync(join(projectFolder, 'media', name), 'utf8');

/** A page as its webview has it, with a bridge in the place of the editor's; tells when `awaited` was first painted. */
function html(view: 'spend' | 'trajectories', awaited: string): string {
  const script = media(`${view}.view.js`).replaceAll('</script', '<\\/script');
  return `<!doctype html><html lang="en"><head><style>${media(`${view}.view.css`)}</style></head><body><main></main>
<script>
const painted = () => { window.painted = performance.now() - window.begun; };
const first = () => { if (document.querySelector('${awaited}')) { watch.disconnect(); requestAnimationFrame(() => setTimeout(painted)); } };
const watch = new MutationObserver(first);
watch.observe(document.querySelector('main'), { childList: true, subtree: true });
window.acquireVsCodeApi = () => ({ postMessage: (message) => toHost(message), getState: () => undefined, setState: () => {} });
window.begun = performance.now();
</script><script>${script}</script></body></html>`;
}

/** Scrolls through the list for so many frames and gives the time that each took, in milliseconds, sorted. */
function scrollFrames(page: Page, pixels: number, frames: number): Promise<number[]> {
  const code = `new Promise((resolve) => {
    const scroller = document.querySelector('.run-scroller');
    const times = [];
    let before = performance.now();
    const step = () => {
      const now = performance.now();
      times.push(now - before);
      before = now;
      scroller.scrollTop += ${pixels};
      if (times.length < ${frames}) requestAnimationFrame(step);
      else resolve(times.slice(1).sort((a, b) => a - b));
    };
    requestAnimationFrame(step);
  })`;
  return page.evaluate(code) as Promise<number[]>;
}

const show = (name: string, text: string) => console.log(`${name.padEnd(46)} ${text}`);
const showHost = (name: string, { longestCompute, longestWall }: ReturnType<ReturnType<typeof watchEventLoop>>) =>
  show(
    name,
    `computed ${longestCompute.toFixed(1)} ms at a stretch, held up ${longestWall.toFixed(1)} ms by the clock`,
  );
const frameText = (times: readonly number[]) =>
  `median ${times[Math.floor(times.length / 2)]?.toFixed(1)} ms, longest ${times.at(-1)?.toFixed(1)} ms, ` +
  `${times.filter((ms) => ms > 50).length} of ${times.length} over 50 ms`;

/** Opens a page a few times; milliseconds from the start of its script until what is awaited is on the screen, sorted. */
async function paints(page: Page, view: 'spend' | 'trajectories', awaited: string): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    await page.goto('about:blank');
    await page.setContent(html(view, awaited));
    await page.waitForFunction('window.painted !== undefined');
    times.push((await page.evaluate('window.painted')) as number);
  }
  return times.sort((a, b) => a - b);
}

const paintText = (times: readonly number[]) => `${times[2]?.toFixed(0)} ms (worst of 5: ${times[4]?.toFixed(0)} ms)`;

/** As in the side bar, 300 pixels wide; the reader's thread is new, as it is after activation. */
async function measureSpend(directory: string, executable: string): Promise<void> {
  const reader = openReader({ stateDirectory: directory, userStateDirectory: directory });
  const { page, close } = await openBrowser(executable, { size: { width: 300, height: 900 } });
  let id = 0;
  await page.exposeFunction('toHost', async (message: FromSpendView) => {
    if (message.type !== 'ready') return;
    const view = await spendFigures({ reader, caps: null, signable: () => [] }, 0, new Date());
    id += 1;
    await page.evaluate(`postMessage(${JSON.stringify({ id, type: 'snapshot', view })}, '*')`);
  });
  show('Spend: figures painted after its script began', paintText(await paints(page, 'spend', 'section .row.large')));
  await close();
  await reader.close();
}

async function measure(directory: string, executable: string): Promise<void> {
  const reader = openReader({ stateDirectory: directory, userStateDirectory: directory });
  await reader.countRuns({});
  const browser = await openBrowser(executable, { size: { width: 1280, height: 900 } });
  const { page } = browser;
  let id = 0;
  const host = hostOf(reader, (draft) => {
    id += 1;
    // An answer to a page that was left meanwhile is of no use to anyone.
    page.evaluate(`postMessage(${JSON.stringify({ id, ...draft })}, '*')`).catch(() => undefined);
  });
  await page.exposeFunction('toHost', host);
  show('first rows painted after its script began', paintText(await paints(page, 'trajectories', '[data-run]')));
  await page.locator('.step').first().waitFor();
  const stopScrolling = watchEventLoop();
  show('scrolling, 3 rows a frame', frameText(await scrollFrames(page, 168, 300)));
  show('scrolling, 30 rows a frame', frameText(await scrollFrames(page, 1680, 200)));
  showHost('host while scrolling', stopScrolling());
  const stopCharts = watchEventLoop();
  const begun = performance.now();
  await page.getByRole('button', { name: 'Charts' }).click();
  await page.locator('.canvas').first().waitFor();
  show('first charts', `${(performance.now() - begun).toFixed(0)} ms`);
  const whole = page.locator('.charts [role="status"]').filter({ hasText: /^[\d,]+ runs/ });
  await whole.waitFor({ timeout: 120_000 });
  show('charts of the whole history', `${(performance.now() - begun).toFixed(0)} ms`);
  showHost('host while charts are read', stopCharts());
  const [load = 0] = loadavg();
  show('load of the machine meanwhile', `${load.toFixed(1)} of its processors`);
  await browser.close();
  await reader.close();
}

const directory = values.state ?? mkdtempSync(join(tmpdir(), 'countersign-bench-'));
if (!existsSync(join(projectFolder, 'media', 'trajectories.view.js'))) throw new Error('Run `npm run build` first.');
try {
  fill(directory);
  const editor = await findEditor();
  const executable = editor.kind === 'server' ? editor.browser : (process.env.CHROMIUM ?? '/usr/bin/chromium');
  await measureSpend(directory, executable);
  await measure(directory, executable);
} finally {
  if (values.state === undefined) rmSync(directory, { recursive: true, force: true });
}
