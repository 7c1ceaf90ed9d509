import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startScriptedModelServer } from '../../support/scripted-model-server.ts';
import { createBench, faultFrom, never, requestOf } from './support.ts';

describe('the scripted model server', () => {
  const scope = (phaseId: string, attempt: number) => ({ runId: 'r', tierId: null, phaseId, attempt });

  it('answers by role, phase, attempt and content, first come first', async () => {
    const server = await startScriptedModelServer({
      replies: [
        { role: 'auditor:security', text: 'security' },
        { role: 'auditor', text: 'any reviewer' },
        { role: 'builder', phase: 'a', attempt: 2, contains: ['it broke'], text: 'a2' },
        { role: 'builder', phase: 'a', text: 'a, once', times: 1 },
        { role: 'builder', phase: 'a', text: 'a, then' },
      ],
    });
    const { models } = createBench(server.url);
    const ask = async (changes: object) => (await models.for('builder').complete(requestOf(changes), never)).text;
    assert.equal(await ask({ role: 'auditor', component: 'security' }), 'security');
    assert.equal(await ask({ role: 'auditor', component: 'tests' }), 'any reviewer');
    assert.equal(await ask({ scope: scope('a', 2) }), 'a, once');
    assert.equal(await ask({ scope: scope('a', 2) }), 'a, then');
    assert.equal(await ask({ scope: scope('a', 2), messages: [{ role: 'user', text: 'it broke' }] }), 'a2');
    const fault = await faultFrom(ask({ scope: scope('b', 1) }), 'model/rejected');
    assert.equal(fault.detail, 'no scripted reply for builder, phase b, attempt 1');
    assert.deepEqual(
      server.requests.map(({ answeredBy }) => answeredBy),
      [0, 1, 3, 4, 2, null],
    );
    await server.close();
  });

  it('runs as a program of its own until its input ends', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'countersign-script-'));
    const script = path.join(folder, 'script.json');
    writeFileSync(script, JSON.stringify({ replies: [{ text: 'from afar' }] }));
    const file = fileURLToPath(new URL('../../support/scripted-model-server.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', file, script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value as string) as Record<string, unknown>;
    const { url } = await next();
    const reply = await createBench(String(url)).models.for('builder').complete(requestOf(), never);
    assert.equal(reply.text, 'from afar');
    assert.deepEqual(await next(), {
      path: '/v1/chat/completions',
      role: 'builder',
      phase: 'greeting',
      attempt: 1,
      answeredBy: 0,
    });
    child.stdin.end();
    const [exitCode] = await once(child, 'exit');
    rmSync(folder, { recursive: true });
    assert.equal(exitCode, 0);
  });
});
