import type { HealthView } from './training-view.ts';
import { counted, localize, wholeNumber } from './words.ts';

export interface HealthFigures {
  readonly storeBytes: number;
  /** ISO 8601; null where the store was damaged. */
  readonly storeWhole: boolean;
  /** On the disk that the store lies on; null where that is not known. */
  readonly freeBytes: number | null;
  /** What was asked of each provider in the last 24 hours. */
  readonly endpoints: readonly {
    readonly provider: string;
    readonly calls: number;
    readonly failed: number;
    /** Seconds, the middle one; null where none was answered. */
    readonly medianSeconds: number | null;
  }[];
}

/** Less than this, and a dataset may not fit. */
const littleBytes = 2e9;
/** From this share of failed calls on, a person should look. */
const manyFailed = 0.2;

export function healthViewOf({ storeBytes, storeWhole, freeBytes, endpoints }: HealthFigures): HealthView {
  return [
    storeWhole
      ? { tone: 'good', text: localize('Store {0}', bytesText(storeBytes)) }
      : { tone: 'warning', text: localize('Store was damaged and begun anew, {0}', bytesText(storeBytes)) },
    ...(freeBytes === null
      ? []
      : [
          {
            tone: freeBytes < littleBytes ? 'warning' : 'good',
            text: localize('{0} free', bytesText(freeBytes)),
          } as const,
        ]),
    ...endpoints.map(endpointItem),
    ...(endpoints.length === 0
      ? [{ tone: 'neutral', text: localize('No model was asked in the last 24 hours') } as const]
      : []),
  ];
}

function endpointItem({
  provider,
  calls,
  failed,
  medianSeconds,
}: HealthFigures['endpoints'][number]): HealthView[number] {
  const asked = counted(calls, '{0} call', '{0} calls');
  if (failed === 0 && medianSeconds !== null) {
    return {
      tone: 'good',
      text: localize('{0} answered {1} in 24 h, usually in {2} s', provider, asked, medianSeconds.toFixed(1)),
    };
  }
  const tone = failed >= calls * manyFailed ? 'bad' : 'warning';
  return { tone, text: localize('{0} failed {1} of {2} in 24 h', provider, wholeNumber(failed), asked) };
}

/** Such as `412 MB`. */
function bytesText(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes / 1000, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
