/** What a training job reports of one step. */
export interface StepReport {
  readonly step: number;
  readonly loss: number;
  readonly validationLoss: number | null;
  /** Tokens a second; null where it is not measured. */
  readonly throughput: number | null;
}

export interface Alert {
  readonly type: 'throughput' | 'overfitting' | 'instability' | 'not-a-number';
  readonly message: string;
  /** The job cannot go on. */
  readonly stops: boolean;
}

export interface Monitored {
  readonly step: number;
  readonly loss: number;
  readonly smoothedLoss: number;
  readonly validationLoss: number | null;
  /** Tokens a second; null where it is not measured. */
  readonly throughput: number | null;
  readonly trend: 'falling' | 'flat' | 'rising' | null;
  /** Tokens a second, after the first steps; null before. */
  readonly baseline: number | null;
  readonly alerts: readonly Alert[];
}

/** Weight of the newest value in a smoothed loss. */
const newest = 0.1;
const windowLength = 50;
/** Throughput of the first steps is that of a machine warming up. */
const baselineAfter = 20;
const bounds = { throughput: 0.6, validationGap: 0.3, variance: 0.25 } as const;
/** Less change than this, as a part of the loss, is none. */
const flat = 0.01;

export interface Monitor {
  /** Takes steps in order; a step that was seen already changes nothing. */
  take(report: StepReport): Monitored;
}

export function createMonitor(): Monitor {
  const losses: number[] = [];
  const early: number[] = [];
  let smoothed: number | null = null;
  let baseline: number | null = null;
  let last: Monitored | null = null;
  return {
    take(report) {
      if (last && report.step <= last.step) return last;
      const { step, loss, validationLoss, throughput } = report;
      if (Number.isFinite(loss)) {
        smoothed = smoothed === null ? loss : newest * loss + (1 - newest) * smoothed;
        losses.push(loss);
        if (losses.length > windowLength) losses.shift();
      }
      if (throughput !== null && baseline === null) {
        early.push(throughput);
        if (step >= baselineAfter) baseline = early.reduce((sum, value) => sum + value, 0) / early.length;
      }
      const alerts = alertsOf(report, losses, baseline);
      last = {
        step,
        loss,
        smoothedLoss: smoothed ?? loss,
        validationLoss,
        throughput,
        trend: trendOf(losses),
        baseline,
        alerts,
      };
      return last;
    },
  };
}

function alertsOf(
  { loss, validationLoss, throughput }: StepReport,
  losses: readonly number[],
  baseline: number | null,
) {
  const alerts: Alert[] = [];
  if (!Number.isFinite(loss)) {
    alerts.push({ type: 'not-a-number', message: 'The loss is no number any more; the job was stopped.', stops: true });
  }
  if (baseline !== null && throughput !== null && throughput < bounds.throughput * baseline) {
    const share = Math.round((throughput / baseline) * 100);
    alerts.push({ type: 'throughput', message: `It runs at ${share} % of its usual speed.`, stops: false });
  }
  if (validationLoss !== null && validationLoss - loss > bounds.validationGap) {
    const gap = (validationLoss - loss).toFixed(2);
    alerts.push({ type: 'overfitting', message: `Validation loss is ${gap} above training loss.`, stops: false });
  }
  const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length;
  const variance = losses.reduce((sum, value) => sum + (value - mean) ** 2, 0) / losses.length;
  if (losses.length === windowLength && variance > bounds.variance * mean * mean) {
    alerts.push({ type: 'instability', message: 'The loss jumps about.', stops: false });
  }
  return alerts;
}

/** The second half of the window against the first; null until there are enough values. */
function trendOf(losses: readonly number[]): Monitored['trend'] {
  if (losses.length < 10) return null;
  const middle = Math.floor(losses.length / 2);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [before, after] = [mean(losses.slice(0, middle)), mean(losses.slice(middle))];
  const change = after - before;
  if (Math.abs(change) <= flat * Math.abs(before)) return 'flat';
  return change < 0 ? 'falling' : 'rising';
}
