/** Records events without end and prints the number of each once it is acknowledged. For the tests. */
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { stamper } from './fixtures.ts';

const [directory = '', runId = '', most = '1000000'] = process.argv.slice(2);
const ledger = openLedger(directory);
const stamp = stamper(runId);
for (let number = 1; number <= Number(most); number++) {
  await ledger.record(stamp({ type: 'notice', stage: 'COMPLETE', level: 'info', message: `${runId} ${number}` }));
  await new Promise((resolve) => process.stdout.write(`${number}\n`, resolve));
}
ledger.close();
