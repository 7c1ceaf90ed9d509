import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { amountOf } from '../../../src/contract/amount.ts';
import { counted, localize, readerLanguage, speak, wholeNumber } from '../../../src/contract/words.ts';
import { describeFault } from '../../../src/domain/describe-fault.ts';
import { inEnglish } from '../../../src/domain/localize.ts';

const german = { words: JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')), language: 'de' };

describe('Words', () => {
  afterEach(() => speak({ words: {} }));

  it('are English where nothing else is said', () => {
    assert.equal(localize('Landed {0}', 'a41c9e2'), 'Landed a41c9e2');
    assert.equal(counted(1, '{0} hunk', '{0} hunks'), '1 hunk');
    assert.equal(counted(0, '{0} hunk', '{0} hunks'), '0 hunks');
    assert.equal(wholeNumber(10_032), '10,032');
    assert.equal(readerLanguage(), undefined);
  });

  it('are the reader’s once it is said who reads', () => {
    speak(german);
    assert.equal(localize('Landed {0}', 'a41c9e2'), 'a41c9e2 gelandet');
    assert.equal(counted(3, '{0} hunk', '{0} hunks'), '3 Änderungsblöcke');
    assert.equal(wholeNumber(10_032), '10.032');
    assert.equal(amountOf({ micros: 1_020_000, label: 'computed' }).spoken, '$1.02, nach Listenpreisen berechnet');
  });

  it('stay English where a sentence is not known, whatever it is called', () => {
    speak(german);
    assert.equal(localize('Never said {0}.', 1), 'Never said 1.');
    assert.equal(localize('constructor'), 'constructor');
  });

  it('say the same as a tag', () => {
    const commit = 'a41c9e2';
    assert.equal(localize`Landed ${commit}`, `Landed ${commit}`);
    speak(german);
    assert.equal(localize`Landed ${commit}`, 'a41c9e2 gelandet');
  });

  it('leave a place alone that nothing is given for, and fill each as often as it stands', () => {
    assert.equal(inEnglish('{0} and {1}, {0}', 'a'), 'a and {1}, a');
    assert.equal(inEnglish('{0}', '{1}', 'b'), '{1}');
  });

  it('describe faults in the reader’s language only where that is asked for', () => {
    speak(german);
    const fault = { code: 'model/unauthorized', provider: 'lab', keyName: 'LAB_KEY' } as const;
    assert.equal(describeFault(fault).message, 'lab refused the key.');
    assert.equal(describeFault(fault, localize).message, 'lab hat den Schlüssel abgewiesen.');
    assert.equal(describeFault(fault, localize).remedy, 'In LAB_KEY einen gültigen Schlüssel setzen.');
  });
});
