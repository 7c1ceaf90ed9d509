import assert from 'node:assert/strict';
import { csvOf, jsonOf } from '../../../src/contract/table-text.ts';

describe('A table as text', () => {
  it('is RFC 4180', () => {
    const rows = [['a,b', 'say "yes"', 'two\nlines', 1.5, null]];
    assert.equal(
      csvOf({ columns: ['v', 'w', 'x', 'y', 'z'], rows }),
      'v,w,x,y,z\r\n"a,b","say ""yes""","two\nlines",1.5,\r\n',
    );
  });

  it('never begins a cell of other people’s text like a formula', () => {
    for (const text of ['=1+1', '+1', '-1', '@sum', '\tx']) {
      assert.match(csvOf({ columns: ['a'], rows: [[text]] }), /\r\n"?'/, text);
    }
    assert.equal(csvOf({ columns: ['a'], rows: [[-1]] }), 'a\r\n-1\r\n');
  });

  it('is an array of objects as JSON', () => {
    assert.deepEqual(JSON.parse(jsonOf({ columns: ['a', 'b'], rows: [[1, null], ['x']] })), [
      { a: 1, b: null },
      { a: 'x', b: null },
    ]);
  });
});
