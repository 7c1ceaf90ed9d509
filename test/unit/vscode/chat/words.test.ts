import assert from 'node:assert/strict';
import fc from 'fast-check';
import { item, plainText } from '../../../../src/vscode/chat/words.ts';

describe('words of others in the chat', () => {
  it('cannot draw a link, an image or markup', () => {
    assert.equal(plainText('![x](https://a.b) <b>&amp;'), '\\!\\[x\\]\\(https\\:\\/\\/a\\.b\\) \\<b\\>\\&amp\\;');
  });

  it('read as they are once Markdown has been drawn', () => {
    const drawn = (text: string) => text.replace(/\\([!-/:-@[-`{-~])/g, '$1');
    fc.assert(fc.property(fc.string(), (text) => drawn(plainText(text)) === text));
  });

  it('stay on the line of their item', () => {
    assert.equal(item('one\n# two'), '- one\n');
  });
});
