import assert from 'node:assert/strict';
import { createAuditor } from '../../../src/auditor/auditor.ts';
import { correctnessSystem, reviewMessage } from '../../../src/auditor/prompts.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';
import type { Fault } from '../../../src/domain/fault.ts';
import type { Assignment, ChatModel, ChatRequest } from '../../../src/engine/ports.ts';
import { matchesSnapshot } from '../../support/snapshot.ts';
import { checkOf, reportOf, specOf, stagedOf } from '../engine/evidence.ts';

const spec = specOf({ goal: 'Serve cards.', acceptance: ['A card is served'] });
const staged = stagedOf([{ path: 'src/a.ts', added: 1, removed: 0 }], '+const a = 1;\n');
const clean = '{"summary": "Good.", "findings": []}';
const scan = { findings: [], protectedPaths: [] };

/** A model that gives these answers in turn; a fault is thrown. */
function scripted(answers: readonly (string | Fault)[]) {
  const requests: ChatRequest[] = [];
  const model: ChatModel = {
    id: 'lab/auditor',
    recorded: false,
    format: 'diff',
    async complete(request) {
      const answer = answers[requests.length];
      requests.push(request);
      if (answer === undefined) return assert.fail('asked once more than expected');
      if (typeof answer !== 'string') throw new EngineError(answer);
      return { text: answer, tokens: null, billedMicros: null, servedBy: null };
    },
  };
  return { model, requests };
}

const auditor = createAuditor({
  outputLimit: 1000,
  treeAt: (commit) => ({ commit, paths: async () => [], read: async () => new Map([['src/a.ts', 'const a = 1;\n']]) }),
});

async function review(...answers: (string | Fault)[]) {
  const { model, requests } = scripted(answers);
  const scope = { runId: 'run', tierId: null, phaseId: 'phase', attempt: 1 };
  const assignment: Assignment = { scope, spec, base: 'base', model };
  const audit = await auditor.review(
    assignment,
    staged,
    scan,
    reportOf(checkOf('passed')),
    new AbortController().signal,
  );
  return { audit, requests };
}

describe('the Auditor', () => {
  it('says clean where the reviewer found nothing', async () => {
    const { audit } = await review(clean);
    assert.deepEqual(audit.findings, []);
    assert.deepEqual(audit.panel, [{ component: 'correctness', model: 'lab/auditor', failure: null }]);
  });

  it('asks once more where the reply cannot be read', async () => {
    const { audit, requests } = await review('Looks good!', clean);
    assert.deepEqual(audit.findings, []);
    assert.match(requests[1]?.messages.at(-1)?.text ?? '', /no JSON object/);
  });

  it('fails closed where it stays unreadable, is cut off or refused', async () => {
    const silences: (string | Fault)[][] = [
      ['Looks good!', 'Approved.'],
      [{ code: 'model/truncated', provider: 'lab', outputLimit: 10 }],
      [{ code: 'model/refused', provider: 'lab', detail: 'no' }],
    ];
    for (const answers of silences) {
      const { audit } = await review(...answers);
      assert.deepEqual(
        audit.findings.map(({ severity, category }) => [severity, category]),
        [['major', 'auditor-error']],
      );
      assert.notEqual(audit.panel[0]?.failure, null);
    }
  });

  it('passes on what stops the phase: no money, no server, an interruption', async () => {
    await assert.rejects(review({ code: 'model/unauthorized', provider: 'lab', keyName: null }), /refused the key/);
    await assert.rejects(review({ code: 'interrupted' }), /Interrupted/);
  });

  it('turns flags of the patch into findings and protected paths', () => {
    const flags = [
      { kind: 'protected-path', file: '.vscode/tasks.json', line: null, detail: 'It can run programs.' },
      { kind: 'bidi-control', file: 'src/a.ts', line: 3, detail: 'Text that reads otherwise than it runs.' },
    ] as const;
    const found = auditor.scan(spec, stagedOf([], '', [...flags]));
    assert.deepEqual(found.protectedPaths, ['.vscode/tasks.json']);
    assert.deepEqual(
      found.findings.map(({ severity, component }) => [severity, component]),
      [
        ['minor', 'scan:protected-path'],
        ['major', 'scan:bidi-control'],
      ],
    );
  });

  it('asks as it is kept', () => {
    matchesSnapshot('auditor-correctness-system', correctnessSystem);
    const files = new Map([['src/a.ts', 'const a = 1;\n']]);
    matchesSnapshot('auditor-review', reviewMessage({ spec, staged, checks: reportOf(checkOf('passed')), files }));
  });
});
