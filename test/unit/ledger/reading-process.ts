/** Asks a reader one thing and does not close it. For the tests. */
import { openReader } from '../../../src/ledger/reader.ts';

const [stateDirectory = ''] = process.argv.slice(2);
const reader = openReader({ stateDirectory, userStateDirectory: null });
process.stdout.write(`${await reader.countRuns({})}\n`);
