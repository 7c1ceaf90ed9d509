import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { archiveTrajectories, restoreTrajectories } from '../../../src/compose/training/archive-trajectories.ts';
import { readTrajectoryGroups } from '../../../src/compose/training/training-source.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { generateRuns } from '../../../src/ledger/generate.ts';
import type { Ledger } from '../../../src/ledger/open-ledger.ts';
import { createLeftOut } from '../../../src/training/left-out.ts';
import { open, planOf, runStart, stamper, stateDirectory, tidy } from '../ledger/fixtures.ts';

const until = '2026-03-01T12:00:00.000Z';
const { signal } = new AbortController();

describe('an archive', function () {
  this.timeout(120_000);
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-archive-'));
    environment = { HOME: folder, XDG_CONFIG_HOME: path.join(folder, 'config') };
  });
  afterEach(async () => {
    tidy();
    await rm(folder, { recursive: true, force: true });
  });

  function filled(): Ledger {
    const ledger = open(stateDirectory());
    for (const run of generateRuns({ runs: 12, seed: 5, until, callsPerRun: 6 })) {
      // A secret in a reply: what was taken out of it must stay known.
      const [first, ...others] = run.calls;
      const told = first ? [{ ...first, reply: 'the key is sk-live-0123456789abcdefghij' }] : [];
      ledger.importRun({ events: run.events, calls: [...told, ...others] });
    }
    for (const { id } of ledger.runs({ limit: 3 })) {
      for (const phase of ledger.run(id)?.phases ?? []) {
        ledger.setCap('phase', `${id}/${phase.id}`, { micros: 5_000_000, tokens: null });
      }
    }
    return ledger;
  }
  const archive = (ledger: Ledger, prune = false, before = until) =>
    archiveTrajectories({ ledger }, { folder: path.join(folder, 'out'), before, prune }, environment, signal);
  const restore = (ledger: Ledger, foreign = false, source = path.join(folder, 'out')) =>
    restoreTrajectories({ ledger }, { source, foreign }, environment, signal);
  const trajectoriesIn = (ledger: Ledger) => {
    const leftOut = createLeftOut();
    const rule = { recorded: false, licence: null, licences: [] };
    return { groups: [...readTrajectoryGroups({ ledger }, rule, leftOut)], leftOut: leftOut.list() };
  };
  const refusal = (reason: RegExp) => (error: unknown) => {
    assert.ok(error instanceof EngineError);
    assert.equal(error.fault.code, 'archive/refused');
    assert.match('detail' in error.fault ? String(error.fault.detail) : '', reason);
    return true;
  };

  it('gives the same trajectories and the same sums back, to a ledger that never had them', async () => {
    const ledger = filled();
    const before = trajectoriesIn(ledger);
    assert.ok(before.groups.length > 0 && before.leftOut.some(({ reason }) => /secret/.test(reason)));
    const { archived } = await archive(ledger);
    assert.ok(archived.length > 1 && archived.every(({ window }) => /^2026-0[23]-\d\dT\d\d$/.test(window)));
    const other = open(stateDirectory());
    assert.equal((await restore(other)).restored.length, 12);
    assert.deepEqual(trajectoriesIn(other), before);
    assert.deepEqual(other.spend({ by: 'model' }).total, ledger.spend({ by: 'model' }).total);
    assert.deepEqual(other.checkIntegrity(), []);
  });

  it('gives them back to the ledger that they were taken out of', async () => {
    const ledger = filled();
    const before = trajectoriesIn(ledger);
    const sums = ledger.spend({ by: 'run' });
    assert.equal((await archive(ledger, true)).pruned, 12);
    assert.equal(trajectoriesIn(ledger).groups.length, 0);
    assert.equal((await restore(ledger)).restored.length, 12);
    assert.deepEqual(trajectoriesIn(ledger), before);
    assert.deepEqual(ledger.spend({ by: 'run' }), sums);
    assert.deepEqual(ledger.checkIntegrity(), []);
    const again = await restore(ledger);
    assert.deepEqual([again.restored.length, again.present.length], [0, 12]);
    assert.equal(ledger.prune({ before: until }).runs, 12, 'what came back can be taken out again');
  });

  it('is written once, and verified when it is there', async () => {
    const ledger = filled();
    const first = await archive(ledger);
    const second = await archive(ledger);
    assert.ok(second.archived.every(({ before }) => before));
    assert.equal(second.archived.length, first.archived.length);
    const [one] = first.archived;
    assert.ok(one);
    assert.deepEqual((await readdir(one.folder)).sort(), [
      'groups.jsonl',
      'manifest.json',
      'metadata.json',
      'runs.jsonl',
      'scores.jsonl',
      'trajectories.jsonl',
    ]);
  });

  it('takes whole hours only, and nothing out behind one that it could not write', async () => {
    const ledger = filled();
    const stamp = stamper('open-run', '2026-03-01T09:30:00.000Z');
    await ledger.record(stamp(runStart(planOf('a'))));
    const report = await archive(ledger, true);
    assert.ok(report.skipped.some(({ window, reason }) => window === '2026-03-01T09' && /not ended/.test(reason)));
    assert.ok(!report.archived.some(({ window }) => window === '2026-03-01T09'));
    const late = [...ledger.table({ table: 'runs', since: '2026-03-01T09:00:00.000Z' })];
    assert.ok(late.length > 1 && late.every(({ id }) => ledger.events(String(id)).length > 0));
    assert.ok(report.pruned > 0 && report.pruned < 12);
    const half = await archive(filled(), false, '2026-03-01T10:30:00.000Z');
    assert.ok(half.archived.every(({ window }) => window < '2026-03-01T10'));
  });

  describe('that is not what was written', () => {
    let hour: string;
    let ledger: Ledger;
    beforeEach(async () => {
      const written = await archive(filled());
      hour = written.archived.find(({ runs }) => runs > 1)?.folder as string;
      ledger = open(stateDirectory());
    });
    const assertRefused = async (reason: RegExp, foreign = false, source = hour) => {
      await assert.rejects(restore(ledger, foreign, source), refusal(reason));
      assert.equal(ledger.countRuns({}), 0);
    };
    /** Alters a file and makes the manifest fit it again, as a forger would. */
    const forge = async (name: string, change: (text: string) => string) => {
      const text = change(await readFile(path.join(hour, name), 'utf8'));
      await writeFile(path.join(hour, name), text);
      const manifest = JSON.parse(await readFile(path.join(hour, 'manifest.json'), 'utf8'));
      const entry = manifest.files.find(({ file }: { file: string }) => file === name);
      entry.bytes = Buffer.byteLength(text);
      entry.sha256 = createHash('sha256').update(text).digest('hex');
      await writeFile(path.join(hour, 'manifest.json'), JSON.stringify(manifest));
    };

    it('is refused where a file is torn, altered, missing, or one too many', async () => {
      const runs = path.join(hour, 'runs.jsonl');
      const whole = await readFile(runs);
      await truncate(runs, whole.length - 20);
      await assertRefused(/runs.jsonl was cut off or altered/);
      await writeFile(runs, whole.toString().replace('"landed"', '"rejected"'));
      await assertRefused(/runs.jsonl was cut off or altered/);
      await writeFile(runs, whole);
      await appendFile(path.join(hour, 'notes.txt'), 'x');
      await assertRefused(/notes.txt/);
      await rm(path.join(hour, 'notes.txt'));
      await rm(path.join(hour, 'scores.jsonl'));
      await assertRefused(/scores.jsonl is missing/);
      await writeFile(path.join(hour, 'manifest.json'), '{}');
      await assertRefused(/manifest cannot be read/);
    });

    it('is refused where it is forged whole, checksums and all', async () => {
      await forge('runs.jsonl', (text) => text.replace(/"state":"(?:landed|rejected)"/g, '"state":"stuck"'));
      await assertRefused(/not sealed by you/);
      await restore(ledger, true, hour);
    });

    it('is refused from another user until it is trusted', async () => {
      environment = { HOME: folder, XDG_CONFIG_HOME: path.join(folder, 'other') };
      await assertRefused(/not sealed by you/);
      assert.ok((await restore(ledger, true, hour)).restored.length > 1);
    });

    it('is refused also where it is trusted, if its parts do not fit each other', async () => {
      const runs = await readFile(path.join(hour, 'runs.jsonl'), 'utf8');
      for (const [name, change, reason] of [
        ['scores.jsonl', (text: string) => text.replace(/"total":[\d.]+/, '"total":1'), /score of trajectory/],
        ['scores.jsonl', (text: string) => `${text}{"id":"x"}\n`, /scores of trajectories/],
        ['groups.jsonl', (text: string) => text.split('\n').slice(1).join('\n'), /groups do not hold/],
        [
          'trajectories.jsonl',
          (text: string) => text.replaceAll('Looked at', 'Lied at'),
          /something else than its run/,
        ],
        ['trajectories.jsonl', (text: string) => `{}\n${text}`, /cannot be read/],
        ['runs.jsonl', () => `${runs}${runs.split('\n', 1)[0]}\n`, /twice/],
        ['runs.jsonl', () => `${runs}{"run": "x"}\n`, /cannot be read/],
        ['runs.jsonl', () => runs.replace('"runId":"generated', '"runId":"another'), /another run/],
      ] as const) {
        const before = await readFile(path.join(hour, name), 'utf8');
        await forge(name, change as (text: string) => string);
        await assertRefused(reason, true);
        await forge(name, () => before);
      }
      assert.ok((await restore(ledger, true, hour)).restored.length > 1);
    });

    it('keeps the others of its folder out too', async () => {
      await truncate(path.join(hour, 'runs.jsonl'), 10);
      await assertRefused(/cut off/, false, path.join(folder, 'out'));
    });

    it('keeps the texts in the ledger that it was made of', async () => {
      const own = filled();
      await truncate(path.join(hour, 'runs.jsonl'), 10);
      await assert.rejects(archive(own, true), refusal(/cut off/));
      assert.ok([...own.table({ table: 'runs' })].every(({ id }) => own.events(String(id)).length > 0));
    });
  });

  it('says where there is none', async () => {
    await assert.rejects(restore(open(stateDirectory()), false, path.join(folder, 'nowhere')), /no archive in/);
  });
});
