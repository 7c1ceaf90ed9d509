import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatCassette, parseCassette } from '../../../src/models/cassette.ts';
import { startScriptedModelServer } from '../../support/scripted-model-server.ts';
import { createBench, faultFrom, modelsConfig, never, ownPrice, requestOf } from './support.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'countersign-cassette-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function play(text: string, prices = {}) {
  writeFileSync(path.join(folder, 'hello.yaml'), text);
  return createBench(null, {
    configDirectory: folder,
    config: modelsConfig({
      providers: { demo: { cassette: 'hello.yaml' } },
      roles: { builder: 'demo/recorded', auditor: 'demo/recorded' },
      prices,
    }),
  });
}

const cassette = `replies:
  - role: builder
    phase: greeting
    attempt: 1
    contains: [Greet the user]
    reply: |
      first
      try
    usage: { input: 900, cached: 100, output: 40 }
  - role: builder
    phase: greeting
    attempt: 2
    contains: [test fails, "line 3"]
    reply: second try
  - role: auditor
    phase: greeting
    reply: any reviewer
  - role: auditor:security
    phase: farewell
    reply: only security
`;

function second(text: string) {
  return requestOf({
    scope: { runId: 'r', tierId: null, phaseId: 'greeting', attempt: 2 },
    messages: [{ role: 'user', text }],
  });
}

describe('a recorded model', () => {
  it('answers with the one entry that fits, at no charge', async () => {
    const bench = play(cassette);
    const model = bench.models.for('builder');
    let seen = '';
    const reply = await model.complete(requestOf({ onText: (text) => (seen += text) }), never);
    assert.equal(model.recorded, true);
    assert.deepEqual(reply, {
      text: 'first\ntry\n',
      toolCalls: [],
      tookTools: true,
      tokens: { input: 900, cached: 100, output: 40 },
      billedMicros: null,
      model: 'demo/recorded',
      servedBy: null,
    });
    assert.equal(seen, reply.text);
    assert.deepEqual(bench.of('call-end')[0]?.cost, { micros: 0, label: 'computed' });
    assert.equal(bench.calls.length, 1);
  });

  it('is computed at the price that the configuration states', async () => {
    const bench = play(cassette, { 'demo/recorded': { input: 1, output: 2, cachedInput: 0.1 } });
    await bench.models.for('builder').complete(requestOf(), never);
    assert.deepEqual(bench.of('call-end')[0]?.cost, { micros: 890, label: 'computed', savedMicros: 90, ...ownPrice });
  });

  it('counts the tokens itself where the cassette states none', async () => {
    const bench = play(cassette);
    const reply = await bench.models.for('builder').complete(second('A test fails at line 3.'), never);
    assert.equal(reply.text, 'second try');
    assert.equal(reply.tokens, null);
    assert.equal(bench.of('call-end')[0]?.cost.label, 'estimated');
    assert.ok((bench.of('call-end')[0]?.tokens.input ?? 0) > 0);
  });

  it('answers every component of a role that names none, and no other than the one it names', async () => {
    const bench = play(cassette);
    const asks = (component: string, phaseId: string) =>
      bench.models
        .for('auditor')
        .complete(
          requestOf({ role: 'auditor', component, scope: { runId: 'r', tierId: null, phaseId, attempt: 7 } }),
          never,
        );
    assert.equal((await asks('correctness', 'greeting')).text, 'any reviewer');
    assert.equal((await asks('security', 'farewell')).text, 'only security');
    await faultFrom(asks('correctness', 'farewell'), 'model/no-recorded-reply');
  });

  it('says what came near where nothing fits', async () => {
    const bench = play(cassette);
    const fault = await faultFrom(
      bench.models.for('builder').complete(second('A test fails.'), never),
      'model/no-recorded-reply',
    );
    assert.deepEqual(fault, {
      code: 'model/no-recorded-reply',
      cassette: 'hello.yaml',
      request: 'builder, phase greeting, attempt 2 (line 2 is for attempt 1; line 10 asks for "line 3")',
      matches: 0,
    });
    assert.equal(bench.budget.spent.tokens, 0);
    assert.equal(bench.budget.reserved.size, 0);
    assert.equal(bench.calls[0]?.fault?.code, 'model/no-recorded-reply');
  });

  it('refuses to choose between two that fit', async () => {
    const bench = play(`${cassette}  - { role: builder, phase: greeting, reply: third }\n`);
    const fault = await faultFrom(bench.models.for('builder').complete(requestOf(), never), 'model/no-recorded-reply');
    assert.equal(fault.matches, 2);
    assert.equal(fault.request, 'builder, phase greeting, attempt 1 (line 2; line 21)');
  });

  it('passes over an entry that excludes what the request contains', async () => {
    const bench = play(
      'replies: [{ role: builder, phase: greeting, lacks: [by name], reply: no }, { role: builder, phase: greeting, lacks: [by number], reply: yes }]',
    );
    assert.equal((await bench.models.for('builder').complete(requestOf(), never)).text, 'yes');
  });

  it('finds in the request what stands in the framing lines too', async () => {
    const bench = play(
      'replies: [{ role: builder, phase: greeting, contains: ["Countersign role: builder", "attempt 1"], reply: ok }]',
    );
    assert.equal((await bench.models.for('builder').complete(requestOf(), never)).text, 'ok');
  });

  it('tells a missing cassette', async () => {
    const bench = play(cassette);
    rmSync(path.join(folder, 'hello.yaml'));
    const fault = await faultFrom(bench.models.for('builder').complete(requestOf(), never), 'config/invalid');
    assert.equal(fault.at.file, path.join(folder, 'hello.yaml'));
    assert.equal(bench.budget.reserved.size, 0);
  });
});

describe('a cassette', () => {
  for (const [what, text, line, column, problem] of [
    ['broken YAML', 'replies:\n  - role: "builder', 2, 19, /closing "quote/],
    ['an unknown key', 'replies:\n  - role: builder\n    phase: a\n    reply: b\n    cost: 1\n', 5, 11, /cost/],
    ['an unknown role', 'replies:\n  - role: writer\n    phase: a\n    reply: b\n', 2, 11, /ROLE/],
    ['a missing reply', 'replies:\n  - role: builder\n    phase: a\n', 2, 5, /reply/],
    [
      'a fractional count',
      'replies:\n - {role: builder, phase: a, reply: b, usage: {input: 1.5, cached: 0, output: 1}}',
      2,
      55,
      /input/,
    ],
    [
      'more cached than input',
      'replies:\n - {role: builder, phase: a, reply: b, usage: {input: 1, cached: 2, output: 1}}',
      2,
      66,
      /cached/,
    ],
    ['an empty file', '', 1, 1, /expected object/],
    [
      'aliases without end',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nreplies: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]`,
      1,
      1,
      /alias/i,
    ],
  ] as const) {
    it(`with ${what} is refused at its place`, async () => {
      const fault = await faultFrom(() => parseCassette(text, 'c.yaml'), 'config/invalid');
      assert.match(fault.problem, problem);
      assert.deepEqual(fault.at, { file: 'c.yaml', line, column });
    });
  }

  it('survives being written and read, whatever is in a reply', () => {
    const replies = [
      'diff\n  indented\n\ttab\n',
      ' leading',
      'trailing \n\n',
      '# no comment',
      '- a: b',
      '',
      '🙂\u0000"\'\\',
    ].map((reply, index) => ({ role: 'builder', phase: `p${index}`, contains: ['a: b', '  x'], lacks: ['y'], reply }));
    const read = parseCassette(formatCassette(replies), 'c.yaml').map(({ line: _, ...entry }) => entry);
    assert.deepEqual(read, replies);
  });
});

describe('recording', () => {
  async function record(file: string) {
    const usage = { input: 500, cached: 100, output: 25 };
    const server = await startScriptedModelServer({
      replies: [
        { role: 'auditor:security', text: 'secure', usage },
        { contains: ['second question'], text: 'answer two', usage },
        { text: 'answer one\nof two lines\n', usage },
      ],
    });
    const bench = createBench(server.url, { recordTo: file });
    return { server, bench };
  }

  it('writes a cassette that gives the same replies again', async () => {
    const file = path.join(folder, 'new', 'tape.yaml');
    const { server, bench } = await record(file);
    const one = requestOf();
    const two = requestOf({ messages: [...one.messages, { role: 'user', text: 'A second question.' }] });
    const three = requestOf({ role: 'auditor', component: 'security' });
    const first = await Promise.all([
      bench.models.for('builder').complete(one, never),
      bench.models.for('builder').complete(two, never),
      bench.models.for('auditor').complete(three, never),
      bench.models.for('builder').complete(requestOf(), never),
    ]);
    await server.close();

    const replay = createBench(null, {
      configDirectory: folder,
      config: modelsConfig({
        providers: { tape: { cassette: 'new/tape.yaml' } },
        roles: { builder: 'tape/x', auditor: 'tape/x' },
      }),
    });
    const again = (request: typeof one) => replay.models.for(request.role).complete(request, never);
    assert.equal((await again(two)).text, first[1].text);
    const three2 = await again(three);
    assert.deepEqual([three2.text, three2.tokens], ['secure', { input: 500, cached: 100, output: 25 }]);
    assert.equal(parseCassette(readFileSync(file, 'utf8'), file).length, 3, 'the same request is kept once');
  });

  it('writes no secret, neither in a reply nor in what tells two requests apart', async () => {
    const file = path.join(folder, 'clean.yaml');
    const secret = 'hunter2-hunter2-hunter2-is-the-longest-line-of-them-all';
    const tools = [{ name: 'read_file', description: 'Reads.', parameters: { type: 'object' } }];
    const server = await startScriptedModelServer({
      replies: [
        {
          contains: [secret],
          text: `it is ${secret}`,
          toolCalls: [{ id: 'c1', name: 'read_file', arguments: { path: secret } }],
        },
        { text: 'nothing' },
      ],
    });
    const redact = (text: string) => text.replaceAll(secret, '[redacted]');
    const bench = createBench(server.url, { recordTo: file, redact });
    const ask = (text: string) => requestOf({ messages: [{ role: 'user', text }], tools });
    const telling = ask(`The file:\n${secret}\nshort`);
    await bench.models.for('builder').complete(telling, never);
    await bench.models.for('builder').complete(ask('The file:\nis empty'), never);
    await server.close();
    const text = readFileSync(file, 'utf8');
    assert.ok(!text.includes('hunter2'), text);
    const entries = parseCassette(text, file);
    assert.deepEqual(
      entries.map(({ contains, reply, toolCalls }) => [contains, reply, toolCalls]),
      [
        [['short'], 'it is [redacted]', [{ id: 'c1', name: 'read_file', arguments: '{"path":"[redacted]"}' }]],
        [['is empty'], 'nothing', undefined],
      ],
    );
    const replay = createBench(null, {
      configDirectory: folder,
      config: modelsConfig({ providers: { tape: { cassette: 'clean.yaml' } }, roles: { builder: 'tape/x' } }),
    });
    const again = await replay.models.for('builder').complete(telling, never);
    assert.deepEqual(
      [again.text, again.toolCalls[0]?.input],
      ['it is [redacted]', { ok: true, value: { path: '[redacted]' } }],
    );
  });

  it('keeps what the cassette held before and nothing of a failure', async () => {
    const file = path.join(folder, 'tape.yaml');
    writeFileSync(file, formatCassette([{ role: 'judge', phase: 'old', contains: [], lacks: [], reply: 'kept' }]));
    const server = await startScriptedModelServer({ replies: [{ text: 'half', finish: 'length' }] });
    const bench = createBench(server.url, { recordTo: file });
    await faultFrom(bench.models.for('builder').complete(requestOf(), never), 'model/truncated');
    await server.close();
    const good = await record(file);
    await good.bench.models.for('builder').complete(requestOf(), never);
    await good.server.close();
    const roles = parseCassette(readFileSync(file, 'utf8'), file).map(({ role }) => role);
    assert.deepEqual(roles, ['judge', 'builder']);
  });
});
