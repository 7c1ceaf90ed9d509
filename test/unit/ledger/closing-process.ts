/** Closes a reader whose answer is already under way, and says so once it is closed. For the tests. */
import { openReader } from '../../../src/ledger/reader.ts';

const [stateDirectory = ''] = process.argv.slice(2);
const reader = openReader({ stateDirectory, userStateDirectory: null });
await reader.countRuns({});
const unheard = reader.countRuns({}).catch(() => {});
// The thread answers while this one hears nothing: the answer comes in after the reader was told to close.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
await reader.close();
await unheard;
process.stdout.write('closed\n');
