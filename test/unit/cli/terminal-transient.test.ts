import assert from 'node:assert/strict';
import { createTerminal } from '../../../src/cli/terminal.ts';

describe('a transient line', () => {
  const shownBy = (flags: { json?: boolean; quiet?: boolean }, isTTY: boolean): string => {
    let text = '';
    const out = { isTTY, write: (piece: string) => (text += piece) };
    const all = { json: false, quiet: false, verbose: false, ...flags };
    const terminal = createTerminal(all, { out, err: { write: () => true } });
    terminal.transient(null);
    terminal.transient('  3 s');
    terminal.transient('  2 s');
    terminal.progress('goes on');
    terminal.transient(null);
    return text;
  };

  it('is replaced by the next, and gone before anything else is said', () => {
    assert.equal(shownBy({}, true), '\r\u001b[2K  3 s\r\u001b[2K  2 s\r\u001b[2Kgoes on\n');
  });

  it('is not there where nobody watches', () => {
    assert.equal(shownBy({}, false), 'goes on\n');
    assert.equal(shownBy({ quiet: true }, true), '');
    assert.equal(shownBy({ json: true }, true), '');
  });
});
