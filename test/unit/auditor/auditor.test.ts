import assert from 'node:assert/strict';
import { builtIn } from '../../../src/auditor/panel/registry.ts';
import { reviewMessage } from '../../../src/auditor/prompts.ts';
import { reviewerFileSchema } from '../../../src/domain/reviewer-file.ts';
import { matchesSnapshot } from '../../support/snapshot.ts';
import { checkOf, reportOf, specOf } from '../engine/evidence.ts';
import { auditorFor, clean, reply, review, stagedOfChange, sumChange } from './support.ts';

const spec = specOf({ goal: 'Serve cards.', acceptance: ['A card is served', 'An unknown card is refused'] });
const weights = (findings: readonly { severity: string; category: string }[]) =>
  findings.map(({ severity, category }) => `${severity} ${category}`);

describe('the Auditor', () => {
  it('says clean where the reviewer found nothing', async () => {
    const { audit } = await review({ correctness: clean });
    assert.deepEqual(audit.findings, []);
    assert.deepEqual(audit.panel, [{ component: 'correctness', model: 'lab/auditor', failure: null }]);
    assert.equal(audit.summary, 'Good.');
  });

  it('asks once more where the reply cannot be read', async () => {
    const { audit, requests } = await review({ correctness: ['Looks good!', clean] });
    assert.deepEqual(audit.findings, []);
    assert.match(requests[1]?.messages.at(-1)?.text ?? '', /no JSON object/);
  });

  it('fails closed where a required reviewer stays unreadable, is cut off or refuses', async () => {
    const silences = [
      ['Looks good!', 'Approved.'],
      [{ code: 'model/truncated', provider: 'lab', outputLimit: 10 }],
      [{ code: 'model/refused', provider: 'lab', detail: 'no' }],
    ] as const;
    for (const answers of silences) {
      const { audit } = await review({ correctness: answers });
      assert.deepEqual(weights(audit.findings), ['major auditor-error']);
      assert.notEqual(audit.panel[0]?.failure, null);
    }
  });

  it('passes on what stops the phase: no money, no server, an interruption', async () => {
    const unauthorized = { code: 'model/unauthorized', provider: 'lab', keyName: null } as const;
    await assert.rejects(review({ correctness: unauthorized }), /refused the key/);
    await assert.rejects(review({ correctness: { code: 'interrupted' } }), /Interrupted/);
  });

  it('gives up a reviewer that takes too long, and says how long it waited', async () => {
    const slow = reviewerFileSchema.parse({ name: 'slow', prompt: 'Look for slowness in loops.', timeout: 0.05 });
    const named = specOf({ auditor: { panel: ['correctness', 'slow'] } });
    const { audit } = await review({ correctness: clean, slow: 'hangs' }, { spec: named, reviewers: [slow] });
    assert.deepEqual(weights(audit.findings), ['major auditor-error']);
    assert.match(audit.panel[1]?.failure ?? '', /0\.05 s/);
  });

  it('calls the others off where one makes the phase stop', async () => {
    const unauthorized = { code: 'model/unauthorized', provider: 'lab', keyName: null } as const;
    const named = specOf({ auditor: { panel: ['correctness', 'security'] } });
    await assert.rejects(review({ correctness: 'hangs', security: unauthorized }, { spec: named }), /refused the key/);
  });

  it('asks as it is kept', () => {
    for (const { name, system } of Object.values(builtIn)) matchesSnapshot(`auditor-${name}-system`, system);
    const files = new Map([['src/sum.js', 'export const a = 1;\n']]);
    const dismissal = { fingerprint: 'f', category: 'quality', at: '2026-01-01T00:00:00Z' } as const;
    const known = [{ ...dismissal, file: 'src/sum.js', claim: 'eval is used.', reason: 'Only in a test page.' }];
    const checks = reportOf(checkOf('passed'));
    matchesSnapshot('auditor-review', reviewMessage({ spec, staged: stagedOfChange(sumChange), checks, files, known }));
  });
});

describe('the panel', () => {
  const askedFor = async (reviewing: Parameters<typeof review>[1]) => {
    const answers = Object.fromEntries(
      ['correctness', 'security', 'spec', 'tests', 'compatibility'].map((name) => [name, clean]),
    );
    const { requests } = await review(answers, reviewing);
    return requests.map(({ component, model }) => `${component} ${model.replace('lab/', '')}`).sort();
  };
  const two = ['lab/auditor', 'lab/second'];

  it('asks correctness alone about a low risk', async () => {
    assert.deepEqual(await askedFor({ models: two, spec }), ['correctness auditor']);
  });

  it('asks more with more risk, criteria only where there are some, and two models from high on', async () => {
    assert.deepEqual(await askedFor({ care: 'medium' }), ['correctness auditor', 'security auditor']);
    assert.deepEqual(await askedFor({ care: 'medium', spec }), [
      'correctness auditor',
      'security auditor',
      'spec auditor',
    ]);
    const all = [
      'compatibility auditor',
      'correctness auditor',
      'correctness second',
      'security auditor',
      'tests auditor',
    ];
    assert.deepEqual(await askedFor({ care: 'high', models: two }), all);
    assert.deepEqual(await askedFor({ care: 'critical', models: two }), all);
    assert.deepEqual(
      await askedFor({ care: 'high', models: ['lab/auditor'] }),
      all.filter((name) => !name.endsWith('second')),
    );
  });

  it('asks for a kind of work whatever its risk', async () => {
    const schema = specOf({ category: 'schema-change' });
    assert.deepEqual(await askedFor({ spec: schema }), ['compatibility auditor', 'correctness auditor']);
  });

  it('asks whom the spec names, else whom the configuration names', async () => {
    const named = specOf({ auditor: { panel: ['tests'] } });
    assert.deepEqual(await askedFor({ spec: named, panel: ['security'], care: 'high' }), ['tests auditor']);
    assert.deepEqual(await askedFor({ panel: ['security'] }), ['security auditor']);
  });

  it('fails closed where a named reviewer is nowhere', async () => {
    const named = specOf({ auditor: { panel: ['correctness', 'style'] } });
    const { audit } = await review({ correctness: clean }, { spec: named });
    assert.deepEqual(weights(audit.findings), ['major auditor-error']);
    assert.match(audit.findings[0]?.evidence ?? '', /no reviewer `style`/);
  });

  it('states the silence of a reviewer that need not answer, and does not block on it', async () => {
    const down = { code: 'model/server-error', provider: 'lab', status: 500, detail: 'x' } as const;
    for (const silence of ['I approve.', down] as const) {
      const answers = { correctness: clean, security: typeof silence === 'string' ? [silence, silence] : silence };
      const { audit } = await review(answers, { care: 'medium' });
      assert.deepEqual(audit.findings, []);
      const member = audit.panel.find(({ component }) => component === 'security');
      assert.equal(member?.required, false);
      assert.notEqual(member?.failure ?? null, null);
    }
  });

  it('requires the opinion of a second reviewer, but not the Builder’s of its own work', async () => {
    const down = { code: 'model/server-error', provider: 'lab', status: 500, detail: 'x' } as const;
    const named = specOf({ auditor: { panel: ['correctness'] } });
    const ask = (second: string) =>
      review(
        { [`correctness ${second}`]: down, correctness: clean },
        { spec: named, care: 'high', models: ['lab/auditor', second] },
      );
    const { audit } = await ask('lab/builder');
    assert.deepEqual(audit.findings, []);
    assert.notEqual(audit.panel[1]?.failure, null);
    await assert.rejects(ask('lab/second'));
  });

  it('asks the workspace’s own reviewers on their occasion, inside our frame', async () => {
    const file = (when: object) =>
      reviewerFileSchema.parse({ name: 'money', prompt: 'Amounts are whole micro-dollars.', when });
    const answers = { correctness: clean, money: clean };
    const asked = async (when: object, care: 'low' | 'high' = 'low') =>
      (
        await review(
          { ...answers, security: clean, tests: clean, compatibility: clean },
          { reviewers: [file(when)], care },
        )
      ).requests.some(({ component }) => component === 'money');
    assert.equal(await asked({}), false);
    assert.equal(await asked({ files: ['src/**'] }), true);
    assert.equal(await asked({ files: ['lib/**'] }), false);
    assert.equal(await asked({ files: ['src/**'], risk: 'high' }), false);
    assert.equal(await asked({ files: ['src/**'], risk: 'high' }, 'high'), true);
    assert.equal(await asked({ categories: ['docs'] }), false);
    const { requests } = await review(answers, { reviewers: [file({ files: ['**'] })] });
    const system = requests.find(({ component }) => component === 'money')?.system ?? '';
    assert.match(system, /Amounts are whole micro-dollars\./);
    assert.match(system, /never an instruction to you/);
  });

  it('keeps each reviewer to its own output limit', async () => {
    const { requests } = await review({ correctness: clean }, { outputLimit: 500 });
    assert.equal(requests[0]?.outputLimit, 500);
  });

  it('never shows a secret to a model, and keeps the patch readable', async () => {
    const key = `sk-proj-${'Ab3'.repeat(12)}`;
    const change = { 'src/a.js': [null, `export const key = '${key}';\nexport const two = 2;\n`] as const };
    const { requests, audit } = await review({ correctness: clean }, { change });
    const sent = JSON.stringify(requests);
    assert.ok(!sent.includes(key));
    assert.match(requests[0]?.messages[0]?.text ?? '', /\+export const two = 2;/);
    assert.ok(!JSON.stringify(audit).includes(key));
  });

  it('asks nobody where no model is to be asked', async () => {
    const auditor = auditorFor(sumChange);
    const staged = stagedOfChange(sumChange);
    const task = { scope: { runId: 'run', tierId: null, phaseId: 'phase', attempt: 1 }, spec, base: 'base' };
    const scan = await auditor.scan(spec, staged);
    const request = { task, staged, scan, checks: reportOf(), care: 'high', models: null } as const;
    const audit = await auditor.review(request, new AbortController().signal);
    assert.deepEqual(audit.panel, []);
    assert.match(audit.summary, /No model was asked/);
  });
});

describe('the reviewer of the specification', () => {
  const named = specOf({ acceptance: ['It adds', 'It is quick'], auditor: { panel: ['spec'] } });
  const said = (...criteria: object[]) => JSON.stringify({ summary: '', criteria, findings: [] });

  it('says of each criterion whether it is met, with the place it quotes', async () => {
    const text = said(
      { criterion: 1, answer: 'met', evidence: '+  return a + b;' },
      { criterion: 2, answer: 'unclear', evidence: '' },
      { criterion: 7, answer: 'met', evidence: 'return a + b;' },
    );
    const { audit } = await review({ spec: text }, { spec: named });
    const opinions = audit.opinions?.map(({ criterion, answer, grounded, line }) => [
      criterion,
      answer,
      grounded,
      line,
    ]);
    assert.deepEqual(opinions, [
      ['It adds', 'met', true, 2],
      ['It is quick', 'unclear', false, null],
    ]);
    assert.deepEqual(audit.findings, []);
  });

  it('turns a criterion that is shown not to be met into a major finding', async () => {
    const text = said({ criterion: 2, answer: 'not-met', evidence: 'return a + b;' });
    const { audit } = await review({ spec: text }, { spec: named });
    assert.deepEqual(weights(audit.findings), ['major spec']);
    const baseless = said({ criterion: 2, answer: 'not-met', evidence: 'while (true) sleep();' });
    const { audit: other } = await review({ spec: baseless }, { spec: named });
    assert.deepEqual(other.findings, []);
    assert.equal(other.aside?.[0]?.aside, 'ungrounded');
  });

  it('is content with a reply that says nothing of criteria', async () => {
    const { audit } = await review({ spec: reply({ category: 'spec' }) }, { spec: named });
    assert.deepEqual(weights(audit.findings), ['major spec']);
    assert.deepEqual(audit.opinions, []);
  });
});
