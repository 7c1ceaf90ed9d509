import { describeControl } from './control.ts';
import { describePromotion, diffStat, plural } from './describe-event.ts';
import { formatCost, type Spend } from './money.ts';
import type { PhaseReport, RunReport } from './report.ts';

/** Text of models and repositories as text: no markup of it takes effect, and no image of it is fetched. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]<>()#!|~]/g, '\\$&');
}

function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const ticks = '`'.repeat(Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return `${ticks}${/^`|`$/.test(line) ? ` ${line} ` : line}${ticks}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line), ''];
}

function tokensOf({ tokens: { input, cached, output } }: Spend): string {
  return `${input}${cached > 0 ? ` (${cached} cached)` : ''} → ${output}`;
}

function duration(seconds: number | null): string {
  if (seconds === null) return '';
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${Math.round(seconds)} s` : `${minutes} min ${Math.round(seconds % 60)} s`;
}

function usd(micros: number): string {
  return `$${(micros / 1_000_000).toFixed(micros < 100_000 ? 4 : 2)}`;
}

/** The report as Markdown. */
export function reportMarkdown(report: RunReport): string {
  const { phases, tiers, byModel, spend, left, controls } = report;
  const lines = [
    `# ${plain(report.goal)}`,
    '',
    `Run ${report.runId}: **${report.state}**${report.reason ? `. ${plain(report.reason)}` : ''}`,
    '',
    ...factsOf(report),
    '',
    '## Phases',
    '',
    ...table(
      ['phase', 'state', 'attempts', 'change', 'risk', 'tokens in → out', 'cost', 'time', 'commit'],
      phases.map(phaseCells),
    ),
    ...phases.flatMap(phaseLines),
    '## Time and money',
    '',
    ...table(
      ['tier', 'state', 'time', 'tokens in → out', 'cost'],
      tiers.map(({ id, state, reason, seconds, spend: cost }) => [
        plain(id),
        state.replace('-', ' ') + (reason ? `: ${plain(reason)}` : ''),
        duration(seconds),
        tokensOf(cost),
        formatCost(cost.cost),
      ]),
    ),
    ...table(
      ['model', 'calls', 'time', 'tokens in → out', 'cost'],
      [
        ...byModel.map(({ model, seconds, spend: cost }) => [
          plain(model),
          String(cost.calls),
          duration(seconds),
          tokensOf(cost),
          formatCost(cost.cost),
        ]),
        ['total', String(spend.calls), '', tokensOf(spend), formatCost(spend.cost)],
      ],
    ),
    'Amounts: ✓ billed, = computed from usage at list price, ~ estimated, ? unknown.',
    ...(report.recorded
      ? ['Replies were recorded: the figures are those of the recorded calls, nothing was spent.']
      : []),
    '',
  ];
  lines.push(...backlogLines(report.backlog));
  if (left.length > 0) {
    lines.push('## Left to do', '', ...left.map((finding) => findingLine(finding, finding.phaseId)), '');
  }
  if (controls.length > 0) {
    const told = controls.map(({ control, phaseId, reason, at }) => {
      const words = plain(describeControl({ type: control, reason }));
      return `- ${at} ${phaseId ? `${plain(phaseId)}: ` : ''}${words}`;
    });
    lines.push('## What was asked of it', '', ...told, '');
  }
  return lines.join('\n');
}

function backlogLines({ added, closed, due }: RunReport['backlog']): readonly string[] {
  const line = (word: string) => (issue: RunReport['backlog']['added'][number]) =>
    `- ${word}: ${findingLine(issue, null).slice(2)}`;
  const told = [...closed.map(line('closed')), ...added.map(line('added')), ...due.map(line('due for cleanup'))];
  return told.length === 0 ? [] : ['## Changes of the backlog', '', ...told, ''];
}

function factsOf({
  startedAt,
  seconds,
  autonomy,
  landsOn,
  mergesInto,
  cachedShare,
  forecast,
  spend,
  continues,
  promotion,
}: RunReport) {
  const branch = (ref: string) => code(ref.replace('refs/heads/', ''));
  const facts = [
    `- Began ${startedAt}${seconds === null ? ', under way' : `, took ${duration(seconds)}`}`,
    `- Lands on ${branch(landsOn)}${mergesInto ? `, merged into ${branch(mergesInto)}` : ''}; autonomy ${autonomy}`,
    `- Cost ${formatCost(spend.cost)}${cachedShare === null ? '' : `, ${Math.round(cachedShare * 100)} % of the input from caches`}`,
  ];
  if (forecast?.p50Micros == null || forecast.p90Micros === null) facts.push('- Forecast: no history yet');
  else
    facts.push(
      `- Forecast ${usd(forecast.p50Micros)}, up to ${usd(forecast.p90Micros)}; it was ${formatCost(spend.cost)}`,
    );
  if (continues !== null) facts.push(`- Goes on from run ${continues}`);
  if (promotion) facts.push(`- Promoted: ${plain(describePromotion(promotion))}`);
  return facts;
}

function phaseCells(phase: PhaseReport): readonly string[] {
  return [
    plain(phase.id),
    phase.rolledBack ? 'rolled back' : phase.state,
    String(phase.attempts),
    phase.files.length > 0 ? diffStat(phase.files) : '',
    phase.risk ? `${phase.risk.level} (${phase.risk.score})` : '',
    tokensOf(phase.spend),
    formatCost(phase.spend.cost),
    duration(phase.seconds),
    phase.commit ? code(phase.commit.slice(0, 10)) : '',
  ];
}

function phaseLines(phase: PhaseReport): readonly string[] {
  const lines = [`### ${plain(phase.title)}`, '', plain(phase.goal), ''];
  if (phase.reason) lines.push(plain(phase.reason), '');
  if (phase.risk) lines.push(riskLine(phase.risk), '');
  if (phase.models.length > 0) lines.push(`Models: ${phase.models.map(plain).join(', ')}.`, '');
  if (phase.criteria.length > 0) {
    const rows = phase.criteria.map(({ criterion, state, because }) => [
      plain(criterion),
      state.replace('-', ' '),
      plain(because),
    ]);
    lines.push(...table(['criterion', 'state', 'because'], rows));
  }
  if (phase.checks.length > 0) {
    const rows = phase.checks.map(({ command, outcome, exitCode, seconds, outputHash }) => [
      code(command.replaceAll('|', '\\|')),
      outcome,
      exitCode === null ? '' : String(exitCode),
      duration(seconds),
      code(outputHash.slice(0, 12)),
    ]);
    lines.push(...table(['check', 'outcome', 'exit code', 'time', 'output'], rows));
    for (const { command, url } of phase.checks) if (url) lines.push(`More of ${code(command)}: ${code(url)}`, '');
    if (phase.tree) lines.push(`Checked tree ${code(phase.tree.slice(0, 12))}.`, '');
  }
  if (phase.findings.length > 0) {
    lines.push(`${plural(phase.findings.length, 'finding', 'findings')}:`, '');
    lines.push(...phase.findings.map((finding) => findingLine(finding, null)), '');
  }
  const aside = phase.aside.filter((finding) => finding.aside !== 'over-limit');
  if (aside.length > 0) {
    lines.push('Set aside, not counted:', '');
    lines.push(...aside.map((each) => `${findingLine(each, null)} (${each.aside}: ${plain(each.because)})`), '');
  }
  const silent = phase.panel.filter(({ failure }) => failure !== null);
  for (const { component, failure } of silent) lines.push(`- reviewer ${plain(component)}: ${plain(failure ?? '')}`);
  if (silent.length > 0) lines.push('');
  if (phase.incident) lines.push(`What the failure left is in ${code(phase.incident)}.`, '');
  return lines;
}

function riskLine({ level, score, parts }: NonNullable<PhaseReport['risk']>): string {
  const named = parts.map(({ name, points }) => `${plain(name)} ${points}`).join(', ');
  return `Risk ${level}, ${score} of 100${named ? ` (${named})` : ''}.`;
}

function findingLine(
  finding: Pick<PhaseReport['findings'][number], 'severity' | 'category' | 'file' | 'line' | 'claim'>,
  phaseId: string | null,
): string {
  const { severity, category, file, line, claim } = finding;
  const at = file === null ? '' : ` ${code(line === null ? file : `${file}:${line}`)}`;
  return `- ${phaseId ? `${plain(phaseId)}: ` : ''}${severity} ${category}${at}: ${plain(claim)}`;
}
