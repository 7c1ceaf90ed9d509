import type { AsideFinding, Finding } from '../domain/audit.ts';

export interface SarifInput {
  readonly version: string;
  readonly findings: readonly Finding[];
  /** Of these only the dismissed ones are told, as suppressed results. */
  readonly aside: readonly AsideFinding[];
  /** Where findings about the change as a whole are put. */
  readonly anchor: string;
  /** Commit or tree that was looked at. */
  readonly revision: string;
}

/** Code scanning takes no more results of a run. */
const mostResults = 5_000;
const longestText = 1_000;

const levels = { major: 'error', minor: 'warning' } as const;

/** Findings as SARIF 2.1.0, in the parts that code scanning reads. Paths are relative to the repository's root. */
export function sarifOf({ version, findings, aside, anchor, revision }: SarifInput) {
  const dismissed = aside.filter((finding) => finding.aside === 'dismissed');
  const told = [...findings, ...dismissed].slice(0, mostResults);
  const ruleIds = [...new Set(told.map(ruleIdOf))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Countersign',
            semanticVersion: version,
            rules: ruleIds.map((id) => ruleOf(id, told.find((finding) => ruleIdOf(finding) === id) as Finding)),
          },
        },
        automationDetails: { id: 'countersign/audit/' },
        columnKind: 'utf16CodeUnits',
        results: told.map((finding) => resultOf(finding, ruleIds, anchor)),
        properties: { revision },
      },
    ],
  };
}

/** What a finding is an instance of: its reviewer and its kind. */
function ruleIdOf({ component, category }: Finding): string {
  return component.startsWith('scan:') ? component.replace(':', '/') : `${component}/${category}`;
}

function ruleOf(id: string, { category, severity, component }: Finding) {
  const words = component.startsWith('scan:')
    ? `Found without a model: ${component.slice('scan:'.length).replaceAll('-', ' ')}.`
    : `Found by the ${component} reviewer: ${category}.`;
  const isSecurity = category === 'security';
  return {
    id,
    name: id.replace(/(?:^|[^a-z0-9]+)([a-z0-9])/gi, (_, first: string) => first.toUpperCase()),
    shortDescription: { text: words },
    fullDescription: { text: words },
    help: { text: `${words} Dismiss it with: countersign findings dismiss FINGERPRINT --reason WHY` },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      tags: [category],
      ...(isSecurity ? { 'security-severity': severity === 'major' ? '8.0' : '4.0' } : {}),
    },
  };
}

function resultOf(finding: Finding | AsideFinding, ruleIds: readonly string[], anchor: string) {
  const { severity, claim, suggestion, file, line, fingerprint, category, component, model } = finding;
  const ruleId = ruleIdOf(finding);
  const text = suggestion ? `${claim} ${suggestion}` : claim;
  return {
    ruleId,
    ruleIndex: ruleIds.indexOf(ruleId),
    level: levels[severity],
    message: { text: text.slice(0, longestText) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file ?? anchor), uriBaseId: '%SRCROOT%' },
          region: { startLine: line ?? 1, snippet: { text: finding.evidence.slice(0, longestText) } },
        },
      },
    ],
    partialFingerprints: { 'countersign/v1': fingerprint },
    properties: { severity, category, component, ...(model === null ? {} : { model }) },
    ...('aside' in finding
      ? { suppressions: [{ kind: 'external', status: 'accepted', justification: finding.because }] }
      : {}),
  };
}

/**
 * A relative URI reference: each part of the path encoded, and none that could read as a scheme. A name that a model made
 * up may hold half a character, which no URI can.
 */
function uriOf(file: string): string {
  const encoded = file.toWellFormed().split('/').map(encodeURIComponent).join('/');
  return encoded.replaceAll("'", '%27');
}
