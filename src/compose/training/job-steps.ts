/** The steps of a job as they come: what was read once is not read again. */
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type KeptStep, metricsName, stepIn } from '../../training/jobs/status-file.ts';

const bytesAtOnce = 64 * 1024;

/** Follows the metrics file of one job after the other. */
export interface JobSteps {
  /** Every step so far, in their order. */
  read(folder: string): Promise<readonly KeptStep[]>;
}

/** Others get their turn between two parts of a file. A file that became shorter is read anew: the job began again. */
export function followJobSteps(): JobSteps {
  let [file, offset, rest] = ['', 0, Buffer.alloc(0)] as [string, number, Buffer];
  let steps: KeptStep[] = [];
  const begin = (now: string) => {
    [file, offset, rest, steps] = [now, 0, Buffer.alloc(0), []];
  };
  return {
    async read(folder) {
      const wanted = path.join(folder, metricsName);
      if (wanted !== file) begin(wanted);
      const size = (await stat(wanted).catch(() => null))?.size ?? 0;
      if (size < offset) begin(wanted);
      if (size === offset) return steps;
      const handle = await open(wanted);
      try {
        while (offset < size) {
          const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytesAtOnce), 0, bytesAtOnce, offset);
          if (bytesRead === 0) break;
          offset += bytesRead;
          const text = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
          const end = text.lastIndexOf('\n') + 1;
          rest = text.subarray(end);
          const lines = text.subarray(0, end).toString('utf8').split('\n');
          steps.push(...lines.flatMap((line) => stepIn(line) ?? []));
          await setImmediate();
        }
      } finally {
        await handle.close();
      }
      return steps;
    },
  };
}
