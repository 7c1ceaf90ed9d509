import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPlanReply } from '../../../src/planner/read-plan-reply.ts';

const phase = { id: 'a', goal: 'Add a limit.', acceptance: ['429 after 10'], verify: [{ run: 'npm test' }] };
const plan = { id: 'limits', goal: 'Limits', tiers: [{ id: 'one', phases: [phase] }] };

function problem(reply: unknown): string {
  const read = readPlanReply(typeof reply === 'string' ? reply : JSON.stringify(reply));
  assert.equal(read.ok, false);
  return read.ok ? '' : read.fault;
}

describe('readPlanReply', () => {
  it('reads a plan bare, fenced or with prose around it', () => {
    const text = JSON.stringify(plan);
    for (const reply of [text, `Here it is:\n\`\`\`json\n${text}\n\`\`\`\nDone.`]) {
      const read = readPlanReply(reply);
      assert.ok(read.ok);
      assert.equal(read.value.plan.tiers[0]?.phases.length, 1);
    }
  });

  it('takes a command that stands as a bare string', () => {
    const read = readPlanReply(
      JSON.stringify({ ...plan, tiers: [{ id: 'one', phases: [{ ...phase, verify: ['make'] }] }] }),
    );
    assert.ok(read.ok);
    const [first] = read.value.plan.tiers[0]?.phases ?? [];
    assert.ok(first !== undefined && typeof first !== 'string');
    assert.equal(first.verify[0]?.run, 'make');
  });

  it('keeps the questions apart from the plan', () => {
    const read = readPlanReply(JSON.stringify({ ...plan, questions: [{ phase: 'a', question: 'Which limit?' }] }));
    assert.ok(read.ok);
    assert.deepEqual(read.value.questions, [{ phase: 'a', question: 'Which limit?' }]);
  });

  it('says what is wrong with anything else', () => {
    assert.match(problem('I cannot plan this.'), /no JSON object/);
    assert.match(problem('{"tiers": ['), /no JSON object/);
    assert.match(problem(`${JSON.stringify(plan)} or ${JSON.stringify(plan)}`), /more than one plan/);
    assert.match(problem({ ...plan, tiers: [] }), /tiers/);
    assert.match(problem({ ...plan, tiers: [{ id: 'one', phases: ['phases/a.yaml'] }] }), /only named/);
    assert.match(problem({ ...plan, tiers: [{ id: 'one', phases: [{ ...phase, risc: 'low' }] }] }), /risc/);
    assert.match(problem({ ...plan, tiers: [{ id: 'one', phases: [{ ...phase, id: '../a' }] }] }), /id/);
    assert.match(problem({ ...plan, questions: ['which?'] }), /questions/);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.equal(typeof readPlanReply(text).ok, 'boolean');
      }),
    );
  });
});
