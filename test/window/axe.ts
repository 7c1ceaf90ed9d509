import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { FrameLocator } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds serious or critical in a webview's page, in words. */
export async function seriousIssues(view: FrameLocator): Promise<readonly string[]> {
  const frame = await (await view.locator('main').elementHandle())?.ownerFrame();
  assert.ok(frame, 'The webview is open.');
  await frame.evaluate(axe);
  const { violations } = (await frame.evaluate(
    `axe.run(document.querySelector('main'), { resultTypes: ['violations'] })`,
  )) as { readonly violations: readonly Violation[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join('\n')}`,
    );
}
