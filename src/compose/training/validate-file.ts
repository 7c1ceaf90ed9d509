import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { EngineError } from '../../domain/engine-error.ts';
import { type Validated, validateRows } from '../../training/validate.ts';
import { exportFormat } from './prepare-training.ts';

/** Judges a JSONL file of training data against its format, in memory that does not grow with the file. */
export async function validateTrainingFile(file: string, format: string): Promise<Validated> {
  const known = exportFormat(format);
  const stream = createReadStream(file, { encoding: 'utf8' });
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    // A file that cannot be opened ends the lines without a word of its own.
    const opened = new Promise<never>((_, reject) => stream.once('error', reject));
    return await Promise.race([opened, validateRows(lines, known)]);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string') throw error;
    const problem = code === 'ENOENT' ? `There is no file \`${file}\`.` : `${file} cannot be read (${code}).`;
    const usage = 'countersign trajectories validate FILE --format NAME';
    throw new EngineError({ code: 'arguments/invalid', problem, usage }, error);
  } finally {
    lines.close();
    stream.destroy();
  }
}
