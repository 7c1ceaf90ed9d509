/** Reserves and settles against one cap until it is refused several times; prints how it went. For the tests. */
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { scopeOf } from './fixtures.ts';

const [directory = '', name = '', sign, userStateDirectory] = process.argv.slice(2);
const ledger = openLedger(directory, userStateDirectory ? { userStateDirectory } : {});
const scope = scopeOf('api');
const tally = { sent: 0, refused: 0, micros: 0 };
if (sign === 'kill') process.stdout.write('ready\n');
for (let number = 0; tally.refused < 5; number++) {
  const callId = `${name}-${number}`;
  const micros = 1 + (number % 7);
  if (!ledger.reserve(callId, scope, 'lab/builder', { tokens: 10, micros }).ok) {
    tally.refused += 1;
    continue;
  }
  tally.sent += 1;
  const used = Math.floor(micros / 2);
  tally.micros += used;
  ledger.settle(callId, { input: 5, cached: 0, output: 5 }, { micros: used, label: 'computed' });
}
ledger.close();
process.stdout.write(`${JSON.stringify(tally)}\n`);
