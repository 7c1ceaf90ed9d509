import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openControlFiles } from '../../../src/compose/control-files.ts';
import { openEventLog } from '../../../src/compose/event-log.ts';
import { openIncidents } from '../../../src/compose/incidents.ts';
import { ownFolder } from '../../../src/compose/own-folder.ts';
import type { EngineEvent } from '../../../src/domain/event.ts';
import { noSpend } from '../../../src/domain/money.ts';
import type { PhaseRecord } from '../../../src/domain/run.ts';
import { phaseSpecSchema } from '../../../src/domain/spec.ts';

describe('folders in the state directory', () => {
  let directory: string;
  let state: string;
  let elsewhere: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'countersign-folders-'));
    state = path.join(directory, 'state');
    elsewhere = path.join(directory, 'elsewhere');
    mkdirSync(elsewhere);
    mkdirSync(state);
    // More than are kept, so that the oldest would be removed.
    for (let count = 0; count < 120; count++) writeFileSync(path.join(elsewhere, `${1000 + count}.jsonl`), '');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const failed = {
    eventId: 'e',
    runId: 'run-1',
    phaseId: 'one',
    at: '2026-01-01T00:00:00.000Z',
    type: 'phase-end',
    stage: 'ERROR',
    state: 'rejected',
    failure: null,
    reason: null,
    fault: null,
    attempts: 1,
    commit: null,
    spend: noSpend,
  } satisfies EngineEvent;
  const phase = { runId: 'run-1', id: 'one', spec: phaseSpecSchema.parse({ id: 'one', goal: 'x' }) } as PhaseRecord;
  const ledger = {
    phase: () => ({ ...phase, spend: noSpend, attempts: 1 }),
    calls: () => [],
    events: () => [],
    redact: (text: string) => text,
  };

  it('are made where they are not there', async () => {
    const folder = await ownFolder(state, 'a', 'b');
    assert.equal(folder, path.join(state, 'a', 'b'));
    assert.equal(await ownFolder(state, 'a', 'b'), folder);
  });

  it('are not used where they are links or files', async () => {
    symlinkSync(elsewhere, path.join(state, 'link'));
    writeFileSync(path.join(state, 'file'), '');
    for (const name of ['link', 'file']) await assert.rejects(ownFolder(state, name), /left alone/);
  });

  it('of logs, incidents and requests write and remove nothing through a link', async () => {
    for (const name of ['logs', 'incidents', 'control']) symlinkSync(elsewhere, path.join(state, name));
    const before = readdirSync(elsewhere);
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const log = openEventLog({ stateDirectory: state, redact: (text) => text, onError });
    log.listen({ ...failed, type: 'notice', level: 'info', message: 'x' } as EngineEvent);
    await log.flush();
    const incidents = openIncidents({ stateDirectory: state, ledger, environment: {}, onError });
    incidents.listen(failed);
    await incidents.flush();
    const request = { type: 'stop', phaseId: null, reason: null } as const;
    await assert.rejects(openControlFiles({ stateDirectory: state, waitMs: 10 }).send('run-1', request));
    assert.deepEqual(readdirSync(elsewhere), before);
    assert.equal(errors.length, 2);
  });

  it('of incidents name the environment, and never its values', async () => {
    const onError = (error: unknown) => assert.fail(String(error));
    const incidents = openIncidents({ stateDirectory: state, ledger, environment: { TOKEN: 'hush-hush' }, onError });
    incidents.listen(failed);
    incidents.listen({ ...failed, state: 'landed' });
    incidents.listen({ ...failed, phaseId: 'two', state: 'cancelled' });
    await incidents.flush();
    const folder = path.join(state, 'incidents', 'run-1');
    assert.deepEqual(readdirSync(folder), ['one']);
    const text = readFileSync(path.join(folder, 'one', 'incident.json'), 'utf8');
    assert.match(text, /"TOKEN"/);
    assert.doesNotMatch(text, /hush-hush/);
    assert.ok(!existsSync(path.join(folder, 'two')));
  });
});
