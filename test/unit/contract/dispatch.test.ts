import assert from 'node:assert/strict';
import { dispatch, type Handlers } from '../../../src/contract/dispatch.ts';
import { type FromSpendView, fromSpendViewSchema } from '../../../src/contract/messages.ts';

function recording() {
  const seen: FromSpendView[] = [];
  const keep = (message: FromSpendView) => {
    seen.push(message);
  };
  const handlers: Handlers<FromSpendView> = {
    ready: keep,
    ack: keep,
    'open-caps': keep,
    'open-landing': keep,
    defect: keep,
  };
  return { seen, handlers };
}

describe('dispatch', () => {
  it('gives a message to the handler of its type', () => {
    const { seen, handlers } = recording();
    assert.equal(dispatch(fromSpendViewSchema, handlers, { type: 'defect', detail: 'broken' }), null);
    assert.deepEqual(seen, [{ type: 'defect', detail: 'broken' }]);
  });

  const wrong: [string, unknown][] = [
    ['an unknown type', { type: 'run-anything' }],
    ['a missing field', { type: 'defect' }],
    ['a field too many', { type: 'ready', extra: 1 }],
    ['a name every object has', { type: 'toString' }],
    ['no object at all', 'ready'],
    ['nothing', undefined],
  ];
  for (const [name, data] of wrong) {
    it(`calls nobody for ${name}, and says what is wrong`, () => {
      const { seen, handlers } = recording();
      assert.ok(dispatch(fromSpendViewSchema, handlers, data));
      assert.deepEqual(seen, []);
    });
  }
});
