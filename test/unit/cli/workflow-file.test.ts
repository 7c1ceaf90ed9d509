import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { findCommand, parse } from '../../../src/cli/program.ts';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly if: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly 'timeout-minutes': number;
  readonly env?: unknown;
  readonly steps: readonly Step[];
}

const docs = path.resolve(import.meta.dirname, '..', '..', '..', 'docs');
const text = readFileSync(path.join(docs, 'workflows', 'countersign.yml'), 'utf8');
const workflow = parseYaml(text, { strict: true }) as {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: object;
  readonly env?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
};
const jobs = Object.values(workflow.jobs);
const steps = jobs.flatMap((job) => job.steps);
const sameRepository = 'github.event.pull_request.head.repo.full_name == github.repository';

/** Words of a shell line without anything but double quotes; a variable stands for one word. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** Lines that begin with the command, in a text of any kind. */
function commandLines(from: string): readonly string[] {
  return from
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('countersign '));
}

function assertUnderstood(line: string): void {
  const [, ...words] = wordsOf(line);
  const { command, rest } = findCommand(words);
  assert.ok(command, line);
  assert.doesNotThrow(() => parse(command, rest), line);
}

describe('the workflow to copy', () => {
  it('audits pull requests and plans when it is started by hand', () => {
    assert.deepEqual(Object.keys(workflow.on).sort(), ['pull_request', 'workflow_dispatch']);
    assert.deepEqual(Object.keys(workflow.jobs), ['audit', 'plan']);
    assert.match(workflow.jobs.audit?.if ?? '', /== 'pull_request'/);
    assert.match(workflow.jobs.plan?.if ?? '', /== 'workflow_dispatch'/);
  });

  it('calls commands and options that there are', () => {
    const lines = steps.flatMap(({ run }) => commandLines(run ?? ''));
    assert.deepEqual(
      lines.map((line) => wordsOf(line)[1]),
      ['audit', 'audit', 'plan'],
    );
    for (const line of lines) assertUnderstood(line);
    assert.throws(() => assertUnderstood('countersign audit --no-such-option'));
    assert.throws(() => assertUnderstood('countersign audits'));
  });

  it('holds no more rights than it needs, and ends in time', () => {
    assert.deepEqual(workflow.permissions, {});
    assert.deepEqual(
      jobs.map(({ permissions }) => permissions),
      [{ contents: 'read', 'security-events': 'write' }, { contents: 'read' }],
    );
    for (const job of jobs) assert.ok(job['timeout-minutes'] > 0);
    for (const { uses, with: inputs } of steps) {
      if (uses?.startsWith('actions/checkout@')) assert.equal(inputs?.['persist-credentials'], false);
    }
  });

  it('pins actions by major version', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    assert.ok(used.length >= 6);
    for (const action of used) assert.match(action, /^[\w-]+\/[\w/-]+@v\d+$/);
  });

  it('gives secrets to no fork, and to single steps alone', () => {
    assert.equal(workflow.env, undefined);
    for (const job of jobs) assert.equal(job.env, undefined);
    for (const step of workflow.jobs.audit?.steps ?? []) {
      if (/secrets\./.test(JSON.stringify(step))) assert.equal(step.if, sameRepository);
      if (step.uses?.includes('upload-sarif')) assert.ok(step.if?.includes(sameRepository));
    }
    assert.equal((text.match(/secrets\./g) ?? []).length, 2);
  });

  it('puts nothing that others write into a script, and audits by the target branch’s tool and configuration', () => {
    for (const { run } of steps) assert.doesNotMatch(run ?? '', /\$\{\{/);
    const [trusted] = workflow.jobs.audit?.steps ?? [];
    assert.equal(trusted?.with?.path, 'trusted');
    assert.match(String(trusted?.with?.ref), /pull_request\.base\.sha/);
    const configured = steps.flatMap(({ run }) => [...(run ?? '').matchAll(/--config (\S+)/g)].map(([, file]) => file));
    assert.deepEqual(configured, ['../trusted/.countersign/config.yaml', '.countersign/config.yaml']);
  });
});

describe('the documents', () => {
  for (const name of ['continuous-integration.md', 'plans.md', 'rules.md', 'spend.md']) {
    it(`name commands and options that there are in ${name}`, () => {
      const written = readFileSync(path.join(docs, name), 'utf8');
      const inline = [...written.matchAll(/`(countersign [a-z][^`]*)`/g)].map(([, line]) => line ?? '');
      const lines = inline.map((line) => line.replace(/…/g, '').replaceAll('\n', ' '));
      assert.ok(lines.length > 0);
      for (const line of lines) assertUnderstood(line.endsWith('--base') ? `${line} main` : line);
    });
  }
});
