/** A thread of its own that reads the ledger, and prunes it: either would hold up an editor on a long history. */
import { parentPort, workerData } from 'node:worker_threads';
import { faultOf } from '../domain/engine-error.ts';
import { directReader, type ReaderPlace, type ReaderRequest } from './direct-reader.ts';
import type { ReaderReply } from './reader.ts';

const reader = directReader(workerData as ReaderPlace);

function replyTo(request: ReaderRequest): ReaderReply {
  try {
    return { id: request.id, value: reader.answer(request) };
  } catch (error) {
    return { id: request.id, fault: faultOf(error) };
  }
}

parentPort?.on('message', (request: ReaderRequest) => parentPort?.postMessage(replyTo(request)));
