import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import { EngineError } from '../../domain/engine-error.ts';
import type { ProfileRunner } from './apply.ts';
import { pluginProgram } from './plugin-program.ts';

export interface ProfileSource {
  readonly name: string;
  /** The JavaScript module, exactly as it was approved. */
  readonly source: string;
}

export interface PluginLimits {
  /** For one group of replies, and for loading. */
  readonly seconds: number;
  readonly memoryMb: number;
}

const defaultLimits: PluginLimits = { seconds: 20, memoryMb: 256 };

const factsSchema = z.object({
  summary: z.string().max(500),
  systemPrompt: z.string().max(20_000).nullable(),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  logitProcessors: z.array(
    z.strictObject({
      name: z.string().min(1).max(100),
      purpose: z.string().max(500),
      texts: z.array(z.string().min(1)).max(100),
      bias: z.number().min(-100).max(100),
    }),
  ),
});
const formedSchema = z.array(z.object({ reply: z.string(), problems: z.array(z.string()) }));
const answerSchema = z.discriminatedUnion('ok', [
  z.object({ id: z.int(), ok: z.literal(true), value: z.unknown() }),
  z.object({ id: z.int(), ok: z.literal(false), detail: z.string() }),
]);

/**
 * Starts a profile of the workspace in a process of its own: no environment, no files, no imports, a limit of time and
 * memory. Each reply is formed twice and a third time over, which shows a transform that is not deterministic or not
 * idempotent. Throws `profile/failed`; the process is gone when it throws, and after `close`.
 */
export async function startPlugin(
  { name, source }: ProfileSource,
  limits: PluginLimits = defaultLimits,
): Promise<ProfileRunner> {
  const process = new PluginProcess(name, limits);
  const ask = async <Schema extends z.ZodType>(schema: Schema, message: object): Promise<z.infer<Schema>> => {
    const read = schema.safeParse(await process.ask(message));
    if (read.success) return read.data;
    const issue = read.error.issues[0];
    return process.fail(`its ${issue?.path.join('.') || 'answer'} cannot be used: ${issue?.message}`);
  };
  const facts = await ask(factsSchema, { source: Buffer.from(source).toString('base64') });
  return {
    facts: { name, ...facts },
    async form(replies) {
      const formed = await ask(formedSchema, { replies });
      return formed.length === replies.length ? formed : process.fail('it answered another number of replies');
    },
    close: () => process.close(),
  };
}

class PluginProcess {
  readonly #name: string;
  readonly #limits: PluginLimits;
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  #asked = 0;

  constructor(name: string, limits: PluginLimits) {
    this.#name = name;
    this.#limits = limits;
    const flags = ['--permission', `--max-old-space-size=${limits.memoryMb}`, '--input-type=module'];
    this.#child = spawn(process.execPath, [...flags, '--eval', pluginProgram], {
      cwd: path.parse(process.execPath).root,
      // Inside an editor this program is the editor's, and runs as Node only when it is told to.
      env: { ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'json',
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`its process cannot be started: ${error.message}`));
      this.#child.once('exit', () => resolve('its process ended'));
    });
  }

  /** What it answers; whatever goes wrong meanwhile ends it. */
  async ask(message: object): Promise<unknown> {
    const id = this.#asked++;
    const seconds = this.#limits.seconds;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`it took longer than ${seconds} s`), seconds * 1000);
    });
    const answered = new Promise<unknown>((resolve) => {
      const hear = (heard: unknown) => {
        const read = answerSchema.safeParse(heard);
        // It answers one message after another: an answer to none that was asked is no answer.
        if (!read.success || read.data.id !== id) return;
        this.#child.off('message', hear);
        resolve(read.data.ok ? { value: read.data.value } : read.data.detail);
      };
      this.#child.on('message', hear);
    });
    this.#child.send({ id, ...message }, () => {});
    try {
      const outcome = await Promise.race([answered, this.#ended, late]);
      return typeof outcome === 'string' ? this.fail(outcome) : (outcome as { readonly value: unknown }).value;
    } finally {
      clearTimeout(timer);
    }
  }

  async fail(detail: string): Promise<never> {
    await this.close();
    throw new EngineError({ code: 'profile/failed', profile: this.#name, detail });
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
