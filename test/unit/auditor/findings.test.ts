import assert from 'node:assert/strict';
import { aggregatorMessage, aggregatorSystem, readDecisions } from '../../../src/auditor/aggregate.ts';
import { fingerprintOf } from '../../../src/auditor/findings.ts';
import { mergeDuplicates } from '../../../src/auditor/merge.ts';
import type { Finding } from '../../../src/domain/audit.ts';
import { matchesSnapshot } from '../../support/snapshot.ts';
import { checkOf, findingOf, reportOf, specOf } from '../engine/evidence.ts';
import { type Change, clean, reply, review } from './support.ts';

const asides = (audit: Awaited<ReturnType<typeof review>>['audit']) => audit.aside?.map(({ aside }) => aside);

describe('grounding', () => {
  const grounded = [
    'return a + b;',
    '+  return a + b;',
    '2: return a + b;',
    '2 |   return a + b;',
    '```js\nreturn a + b;\n```',
    '`return a + b;` joins strings',
    'The line “return a + b;” joins strings',
    'export function sum(a, b) {\n  return a + b;\n}',
    '-  return a - b;\n+  return a + b;',
    'return a  +\tb;',
    'return a - b;',
  ];

  it('takes evidence that stands in the change, however it is quoted', async () => {
    for (const evidence of grounded) {
      const { audit } = await review({ correctness: reply({ evidence }) });
      assert.equal(audit.findings.length, 1, evidence);
    }
  });

  it('sets aside what stands nowhere: invented code, prose, punctuation, nothing', async () => {
    for (const evidence of [
      'return a * b;',
      'The function never checks its input.',
      '}',
      '',
      ';;',
      'eval(a)\nexec(b)\nreturn a + b;',
    ]) {
      const { audit } = await review({ correctness: reply({ evidence }) });
      assert.deepEqual(audit.findings, [], evidence);
      assert.deepEqual(asides(audit), ['ungrounded'], evidence);
    }
  });

  it('takes the output of a check as evidence', async () => {
    const checks = reportOf(checkOf('passed', 'warning: sum() was called with 3 arguments'));
    const { audit } = await review(
      { correctness: reply({ evidence: 'sum() was called with 3 arguments', file: null }) },
      { checks },
    );
    assert.equal(audit.findings.length, 1);
  });

  it('sets aside what speaks of lines the change leaves alone', async () => {
    const { audit } = await review({ correctness: reply({ evidence: 'export const unused = eval;', line: 5 }) });
    assert.deepEqual(audit.findings, []);
    assert.deepEqual(asides(audit), ['pre-existing']);
  });

  it('puts a finding where its evidence is, whatever line it names', async () => {
    for (const said of [{ line: 99 }, { line: null }, { file: 'src/other.js', line: 2 }, { file: null, line: null }]) {
      const { audit } = await review({ correctness: reply(said) });
      assert.deepEqual([audit.findings[0]?.file, audit.findings[0]?.line], ['src/sum.js', 2], JSON.stringify(said));
    }
  });
});

describe('findings', () => {
  it('keep their fingerprint when their lines move, and have another for another claim', () => {
    const one = { category: 'security', file: 'a.ts', claim: 'Line 12: `name` leads out of its folder.' } as const;
    assert.equal(fingerprintOf(one), fingerprintOf({ ...one, claim: 'line 340: name leads out of its folder' }));
    for (const other of [
      { ...one, file: 'b.ts' },
      { ...one, claim: 'It is slow.' },
      { ...one, category: 'quality' as const },
    ]) {
      assert.notEqual(fingerprintOf(one), fingerprintOf(other));
    }
  });

  it('stay dismissed, and go to the panel as known', async () => {
    const { audit } = await review({ correctness: reply({}) });
    const { fingerprint, category, file, claim } = audit.findings[0] as Finding;
    const dismissal = {
      fingerprint,
      category,
      file,
      claim,
      reason: 'Only numbers come here.',
      at: '2026-01-01T00:00:00Z',
    };
    const again = await review({ correctness: reply({ line: 3 }) }, { dismissals: () => [dismissal] });
    assert.deepEqual(again.audit.findings, []);
    assert.deepEqual(asides(again.audit), ['dismissed']);
    assert.equal(again.audit.aside?.[0]?.because, 'Only numbers come here.');
    assert.match(
      again.requests[0]?.messages[0]?.text ?? '',
      /Known here[\s\S]*Strings are joined\.[\s\S]*Only numbers come here\./,
    );
    const elsewhere = await review({ correctness: reply({ claim: 'It is slow.' }) }, { dismissals: () => [dismissal] });
    assert.equal(elsewhere.audit.findings.length, 1);
  });

  it('of a reviewer without a verdict cannot be dismissed', async () => {
    const first = await review({ correctness: ['?', '?'] });
    const { fingerprint, category, file, claim } = first.audit.findings[0] as Finding;
    const dismissal = { fingerprint, category, file, claim, reason: 'x', at: '2026-01-01T00:00:00Z' };
    const again = await review({ correctness: ['?', '?'] }, { dismissals: () => [dismissal] });
    assert.equal(again.audit.findings[0]?.category, 'auditor-error');
  });

  it('are ranked, majors first, and minors are capped', async () => {
    const words = 'one two three four five six seven eight nine ten eleven twelve grave look'.split(' ');
    const change: Change = { 'src/sum.js': [null, `${words.map((word) => `${word}();\n\n\n\n`).join('')}`] };
    const said = words.map((word, at) => ({
      severity: word === 'grave' ? 'major' : 'minor',
      category: word === 'look' ? 'security' : 'style',
      claim: word,
      evidence: `${word}();`,
      line: at * 4 + 1,
    }));
    const { audit } = await review({ correctness: reply(...said) }, { change });
    assert.deepEqual(
      audit.findings.slice(0, 2).map(({ claim }) => claim),
      ['grave', 'look'],
    );
    assert.equal(audit.findings.length, 9);
    assert.deepEqual(new Set(asides(audit)), new Set(['over-limit']));
  });

  it('carry how often their reviewer was right, where that was measured', async () => {
    const { audit } = await review({ correctness: reply({}) }, { confidenceOf: () => 0.75 });
    assert.equal(audit.findings[0]?.confidence, 0.75);
  });
});

describe('merging', () => {
  const finding = (said: Partial<Finding>): Finding => ({
    ...findingOf('minor'),
    claim: 'Strings are joined.',
    fingerprint: 'a',
    ...said,
  });

  it('makes one of what several reviewers say of a place, the gravest, naming the others', () => {
    const merged = mergeDuplicates([
      finding({ component: 'correctness' }),
      finding({ component: 'tests', severity: 'major', line: 3, claim: 'Strings are joined here.', fingerprint: 'b' }),
    ]);
    assert.equal(merged.length, 1);
    assert.deepEqual(
      [merged[0]?.severity, merged[0]?.component, merged[0]?.agreeing],
      ['major', 'tests', ['correctness lab/auditor']],
    );
  });

  it('keeps apart what is said of other places, in other words, or by two rules', () => {
    assert.equal(mergeDuplicates([finding({}), finding({ line: 40, fingerprint: 'b' })]).length, 2);
    assert.equal(
      mergeDuplicates([finding({}), finding({ claim: 'A file stays open.', fingerprint: 'b', evidence: 'x' })]).length,
      2,
    );
    const majors = [
      finding({ severity: 'major' }),
      finding({ severity: 'major', claim: 'A file stays open.', fingerprint: 'b' }),
    ];
    assert.equal(mergeDuplicates(majors).length, 2);
    const scanned = { model: null, component: 'scan:leftover' } as const;
    assert.equal(mergeDuplicates([finding(scanned), finding({ ...scanned, line: 2 })]).length, 2);
  });
});

describe('the aggregator', () => {
  const change: Change = { 'src/sum.js': [null, 'open();\nread();\nclose();\n'] };
  const named = specOf({ auditor: { panel: ['correctness', 'security'] } });
  const major = { severity: 'major', claim: 'A file stays open.', evidence: 'open();', line: 1 };
  const minor = { severity: 'minor', claim: 'Reading is slow for large input.', evidence: 'read();', line: 2 };
  const decisions = (...list: object[]) => JSON.stringify({ findings: list });
  const ask = (
    answer: Parameters<typeof review>[0][string] | undefined,
    said = { correctness: reply(major), security: reply(minor) },
  ) => review({ ...said, ...(answer === undefined ? {} : { aggregator: answer }) }, { spec: named, change });

  it('is asked only where reviewers weigh one place differently', async () => {
    const { requests } = await ask(undefined, { correctness: reply(major), security: clean });
    assert.ok(requests.every(({ role }) => role === 'auditor'));
    const far = { ...minor, line: 9, evidence: 'close();' };
    const apart = await review(
      { correctness: reply(major), security: reply(far) },
      { spec: named, change: { 'src/sum.js': [null, `open();\n${'x();\n'.repeat(8)}close();\n`] } },
    );
    assert.ok(apart.requests.every(({ role }) => role === 'auditor'));
  });

  it('may lower a disputed major with a reason, which is kept', async () => {
    const { audit } = await ask(
      decisions({ number: 1, same: [], severity: 'minor', reason: 'It is closed in line 3.' }),
    );
    assert.deepEqual(
      audit.findings.map(({ severity, lowered }) => [severity, lowered]),
      [
        ['minor', 'It is closed in line 3.'],
        ['minor', undefined],
      ],
    );
    assert.deepEqual(audit.panel.at(-1), {
      component: 'aggregator',
      model: 'lab/aggregator',
      required: false,
      failure: null,
    });
  });

  it('cannot lower without a reason, nor drop, nor join majors, nor touch what no model said', async () => {
    const keeps = async (...list: object[]) => {
      const { audit } = await ask(decisions(...list));
      assert.equal(audit.findings.filter(({ severity }) => severity === 'major').length, 1, JSON.stringify(list));
      return audit;
    };
    await keeps({ number: 1, same: [], severity: 'minor', reason: null });
    await keeps({ number: 1, same: [], severity: 'minor', reason: '  ' });
    await keeps();
    await keeps({ number: 99, same: [1, 2], severity: 'minor', reason: 'gone' });
    assert.equal((await keeps({ number: 2, same: [1], severity: 'minor', reason: 'same' })).findings.length, 1);
    const two = {
      correctness: reply(major, { ...major, claim: 'Nobody handles errors.', line: 2, evidence: 'read();' }),
      security: reply({ ...minor, line: 3, evidence: 'close();' }),
    };
    const { audit } = await ask(decisions({ number: 1, same: [2], severity: 'major', reason: null }), two);
    assert.equal(audit.findings.filter(({ severity }) => severity === 'major').length, 2);
  });

  it('is asked once more where its reply cannot be read, and no further', async () => {
    const lowered = decisions({ number: 1, same: [], severity: 'minor', reason: 'It is closed in line 3.' });
    const { audit, requests } = await ask(['Both are minor.', lowered]);
    const asked = requests.filter(({ role }) => role === 'aggregator');
    assert.equal(asked.length, 2);
    assert.deepEqual(
      asked[1]?.messages.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
    assert.match(asked[1]?.messages.at(-1)?.text ?? '', /no JSON object/);
    assert.equal(audit.panel.at(-1)?.failure, null);
    assert.ok(audit.findings.every(({ severity }) => severity === 'minor'));
    const stubborn = await ask(['Both are minor.', 'Both are minor.', lowered]);
    assert.equal(stubborn.requests.filter(({ role }) => role === 'aggregator').length, 2);
    assert.notEqual(stubborn.audit.panel.at(-1)?.failure, null);
  });

  it('changes nothing where it cannot be understood or reached, and that is said', async () => {
    const down = { code: 'model/server-error', provider: 'lab', status: 500, detail: 'x' } as const;
    for (const answer of [
      'All fine, approve.',
      '{"findings": []} {"findings": []}',
      '{"findings": [{"number": "1"}]}',
      down,
    ]) {
      const { audit } = await ask(answer);
      assert.equal(audit.findings.filter(({ severity }) => severity === 'major').length, 1);
      assert.notEqual(audit.panel.at(-1)?.failure, null);
    }
  });

  it('asks as it is kept', () => {
    matchesSnapshot('aggregator-system', aggregatorSystem);
    matchesSnapshot(
      'aggregator-message',
      aggregatorMessage([findingOf('major'), { ...findingOf('minor'), component: 'tests' }]),
    );
    assert.ok(readDecisions('{"findings": []}').ok);
  });
});
