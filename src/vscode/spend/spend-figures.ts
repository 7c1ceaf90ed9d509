import type { History } from '../../compose/open-history.ts';
import { amountOf } from '../../contract/amount.ts';
import { seriesOf, spendDaysOf } from '../../contract/spend-days.ts';
import {
  cappedOf,
  periodOf,
  type Reserved,
  type RunSpend,
  runSpendOf,
  type SpendHistory,
  type SpendRow,
  type SpendTotals,
  type SpendView,
  usageOf,
} from '../../contract/spend-view.ts';
import { localize } from '../../contract/words.ts';
import { addSpend, noSpend, type PriceOrigin, type Spend } from '../../domain/money.ts';

type Reader = History['reader'];
type Answer<Name extends keyof Reader> = Awaited<ReturnType<Reader[Name]>>;
type Report = Answer<'spend'>;
type RunSummary = Answer<'runs'>[number];

/** Days of the chart, rows of a table, and landings. */
const shownDays = 7;
const mostRows = 5;
const mostLandings = 3;
const burnMinutes = 10;

function spendOf({ calls, input, cached, output, costMicros, costLabel, savedMicros }: Report['total']): Spend {
  const cost = { micros: costMicros, label: costLabel, ...(savedMicros === 0 ? {} : { savedMicros }) };
  return { calls, tokens: { input, cached, output }, cost };
}

const usdOf = (micros: number | null | undefined) => (micros == null ? null : micros / 1_000_000);
const firstLine = (text: string) => text.trim().split('\n', 1)[0] as string;

/**
 * All that the view shows, read beside the thread that the editor's other extensions share. `callsUnderWay` is how many
 * this window has sent and not yet heard of.
 */
export async function spendFigures({ reader, caps }: History, callsUnderWay: number, now: Date): Promise<SpendView> {
  const [days, totals, landings, [newest]] = await Promise.all([
    daysOf(reader),
    totalFigures(reader, caps, now),
    landingsOf(reader),
    reader.runs({ limit: 1 }),
  ]);
  const run = newest ? await runFigures(reader, newest, { own: days?.series ?? [], callsUnderWay, now }) : null;
  return { run, totals, history: { days, landings } };
}

interface RunSurroundings {
  /** Models that have a fill of their own. */
  readonly own: readonly string[];
  readonly callsUnderWay: number;
  readonly now: Date;
}

/** The run that runs now or ran last. */
async function runFigures(reader: Reader, run: RunSummary, around: RunSurroundings): Promise<RunSpend> {
  const { id: runId } = run;
  const [models, phases, roles, forecast, live, burn, prices, titles] = await Promise.all([
    reader.spend({ by: 'model', runId }),
    reader.spend({ by: 'phase', runId }),
    reader.spend({ by: 'role', runId }),
    reader.runForecast(runId),
    reader.isRunLive(runId),
    reader.burnRate(runId),
    reader.prices(runId),
    reader.phaseTitles(runId),
  ]);
  const cap = models.caps.find(({ level, key }) => level === 'run' && key === runId);
  return runSpendOf({
    runId,
    title: firstLine(run.goal),
    state: run.state,
    live,
    recorded: run.recorded,
    ended: run.phases - forecast.open,
    phases: run.phases,
    spend: spendOf(models.total),
    capUsd: usdOf(cap?.capMicros),
    reserved: reservedOf(cap, around.callsUnderWay),
    forecast,
    burn: burnOf(burn, run, around.now),
    by: {
      model: rowsOf(models, modelNames(prices, around.own)),
      phase: rowsOf(phases, (key) => ({ name: titles.get(key) ?? key, title: key })),
      role: rowsOf(roles, (key) => ({ name: key, title: key })),
    },
  });
}

function reservedOf(cap: Report['caps'][number] | undefined, callsUnderWay: number): Reserved {
  if (!cap || cap.reservedTokens === 0) return { calls: 0, micros: 0 };
  // Tokens that are set aside without money are of a model that has no price.
  return { calls: Math.max(1, callsUnderWay), micros: cap.reservedMicros === 0 ? null : cap.reservedMicros };
}

function burnOf({ minutes, micros, label }: Answer<'burnRate'>, run: RunSummary, now: Date) {
  const ran = (now.getTime() - Date.parse(run.startedAt)) / 60_000;
  return { minutes, cost: { micros, label }, overMinutes: Math.min(burnMinutes, Math.max(1, ran)) };
}

type Names = Pick<SpendRow, 'name' | 'title'> & { readonly series?: number };

/** The dearest rows; the rest is summed in a last one. */
function rowsOf({ rows }: Report, namesOf: (key: string) => Names): SpendRow[] {
  const shown = rows.length > mostRows ? rows.slice(0, mostRows - 1) : rows;
  const rest = rows.slice(shown.length);
  const made = shown.map((row): SpendRow => ({ series: null, ...namesOf(row.key), usage: usageOf(spendOf(row)) }));
  if (rest.length === 0) return made;
  const sum = rest.map(spendOf).reduce(addSpend, noSpend);
  const title = rest.map(({ key }) => namesOf(key).name).join(', ');
  return [...made, { name: localize('{0} more', rest.length), title, series: null, usage: usageOf(sum) }];
}

function modelNames(prices: Answer<'prices'>, own: readonly string[]): (key: string) => Names {
  const priceOf = new Map(prices.map(({ model, price }) => [model, price]));
  return (key) => ({
    name: key.slice(key.indexOf('/') + 1),
    title: `${key}\n${priceText(priceOf.get(key))}`,
    series: seriesOf(own, key),
  });
}

function priceText(price: PriceOrigin | undefined): string {
  if (!price) return localize('Price not known');
  return localize('Price: {0}{1}', price.source, price.date === null ? '' : `, ${price.date}`);
}

/** Today and this month. Caps of a day count in UTC, so the days do too. */
async function totalFigures(reader: Reader, configured: History['caps'], now: Date): Promise<SpendTotals> {
  const [{ today, month }, { caps }] = await Promise.all([
    reader.periodTotals(),
    reader.spend({ by: 'role', since: now.toISOString() }),
  ]);
  const period = (here: Spend, level: 'day' | 'month', configuredUsd: number | null | undefined) => {
    // The store learns of a cap with the first run of its day.
    const cap = caps.find((candidate) => candidate.level === level);
    const capUsd = configuredUsd ?? usdOf(cap?.capMicros);
    return periodOf(here, capUsd, cap?.usedMicros ?? 0, cap?.reservedMicros ?? 0);
  };
  return {
    today: period(today, 'day', configured?.dayUsd),
    month: period(month, 'month', configured?.monthUsd),
    settable: configured !== null,
  };
}

async function daysOf(reader: Reader): Promise<SpendHistory['days']> {
  const days = await reader.spendByDayAndModel(shownDays);
  return spendDaysOf(
    days.map(({ day, models }) => ({
      day,
      models: models.map((row) => ({ name: row.key, cost: spendOf(row).cost })),
    })),
  );
}

async function landingsOf(reader: Reader): Promise<SpendHistory['landings']> {
  const landings = await reader.landings({ limit: mostLandings });
  const runIds = [...new Set(landings.map(({ runId }) => runId))];
  const reports = await Promise.all(runIds.map((runId) => reader.spend({ by: 'phase', runId })));
  return landings.map(({ runId, phaseId, title, landing, rolledBack }) => {
    const row = reports[runIds.indexOf(runId)]?.rows.find(({ key }) => key === phaseId);
    const { cost } = row ? spendOf(row) : noSpend;
    return { runId, phaseId, commit: landing.commit, title, amount: amountOf(cost), rolledBack: rolledBack !== null };
  });
}

const unused = { spend: cappedOf(noSpend, null), elsewhere: null };

/** What the view shows where there is no repository. */
export const nothing: SpendView = {
  run: null,
  totals: { today: unused, month: unused, settable: false },
  history: { days: null, landings: [] },
};
