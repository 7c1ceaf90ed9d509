import { closeSync, constants, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../domain/config.ts';
import type { EngineEvent } from '../domain/event.ts';
import { metricsLine } from '../ledger/telemetry/metrics.ts';
import { createSpanMaker } from '../ledger/telemetry/spans.ts';
import { createSpanSender, headersOf } from './send-spans.ts';

/** What the user has sent elsewhere of what happens: nothing, unless the configuration names a place. */
export interface EventExport {
  readonly listen: (event: EngineEvent) => void;
  close(): Promise<void>;
}

export interface EventExportOptions {
  readonly config: Config['export'];
  readonly environment: NodeJS.ProcessEnv;
  /** Where a metrics file with a relative name lies. */
  readonly stateDirectory: string;
  readonly version: string;
  /** What a person should know; a run never fails for it. */
  readonly onError: (message: string) => void;
}

export function exportEvents(options: EventExportOptions): EventExport {
  const { config, environment, version, onError } = options;
  const { otlpEndpoint, metricsFile } = config;
  const parts: EventExport[] = [];
  if (otlpEndpoint !== '') {
    const headers = headersOf(environment.OTEL_EXPORTER_OTLP_HEADERS);
    const sender = createSpanSender({ endpoint: otlpEndpoint, headers, version, onError });
    const maker = createSpanMaker();
    parts.push({ listen: (event) => sender.add(maker.take(event)), close: () => sender.close() });
  }
  if (metricsFile !== undefined) {
    parts.push(appendingTo(path.resolve(options.stateDirectory, metricsFile), onError));
  }
  return {
    listen: (event) => {
      for (const part of parts) part.listen(event);
    },
    async close() {
      await Promise.all(parts.map((part) => part.close()));
    },
  };
}

function appendingTo(file: string, onError: (message: string) => void): EventExport {
  let handle: number | null = null;
  let hasFailed = false;
  return {
    listen(event) {
      const line = metricsLine(event);
      if (line === null || hasFailed) return;
      try {
        // A link that came with a state directory must not lead the lines elsewhere.
        const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
        handle ??= openSync(file, flags, 0o600);
        writeSync(handle, line);
      } catch (error) {
        hasFailed = true;
        onError(`Metrics cannot be written to ${file}: ${(error as Error).message}`);
      }
    },
    async close() {
      if (handle !== null) closeSync(handle);
      handle = null;
    },
  };
}
