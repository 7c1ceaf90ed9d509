import { addedLines, counted, isComment, isProse, isSample, type Rule } from './rule.ts';

interface Reach {
  readonly files: RegExp;
  readonly lines: RegExp;
  readonly claim: string;
}

const script = /\.(?:[cm]?[jt]sx?|vue|svelte)$/i;
const python = /\.pyi?$/i;

const reaches: readonly Reach[] = [
  {
    files: script,
    lines:
      /['"](?:node:)?child_process['"]|\b(?:execSync|execFileSync|spawnSync)\(|\bBun\.spawn|\bDeno\.Command|\b(?:from|require\()\s*['"](?:execa|shelljs|zx|cross-spawn)['"]/,
    claim: 'It starts programs, which this file did not do before',
  },
  {
    files: script,
    lines:
      /(?<![\w.])fetch\(|['"](?:node:)?(?:https?|http2|net|dgram|tls)['"]|new WebSocket\(|\b(?:from|require\()\s*['"](?:axios|got|undici|node-fetch|ky|superagent|ws)['"]/,
    claim: 'It uses the network, which this file did not do before',
  },
  { files: script, lines: /(?<![\w.])eval\(|\bnew Function\(|\bvm\.run\w*\(/, claim: 'It runs text as code' },
  {
    files: python,
    lines: /\bimport subprocess\b|\bsubprocess\.\w+\(|\bos\.(?:system|popen|exec\w+|spawn\w+)\(|\bpty\.spawn\(/,
    claim: 'It starts programs, which this file did not do before',
  },
  {
    files: python,
    lines: /\b(?:import|from) (?:requests|urllib\.request|urllib3|httpx|aiohttp|socket|http\.client)\b|\burlopen\(/,
    claim: 'It uses the network, which this file did not do before',
  },
  {
    files: python,
    lines: /(?<![\w.])(?:eval|exec)\(|\bpickle\.loads?\(|\byaml\.load\((?!.*Safe)/,
    claim: 'It runs text as code',
  },
  { files: /\.go$/i, lines: /"os\/exec"|"syscall"/, claim: 'It starts programs, which this file did not do before' },
  { files: /\.go$/i, lines: /"net(?:\/http)?"/, claim: 'It uses the network, which this file did not do before' },
  {
    files: /\.rs$/i,
    lines: /\bstd::process::Command\b|\bCommand::new\(/,
    claim: 'It starts programs, which this file did not do before',
  },
  {
    files: /\.(?:rb|php)$/i,
    lines: /\b(?:system|exec|shell_exec|passthru|proc_open)\(|\bOpen3\b/,
    claim: 'It starts programs, which this file did not do before',
  },
];

const pipedToShell = /\b(?:curl|wget)\b[^|;\n]{0,300}\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b/;

/** What a file reaches for the first time: the network, other programs, text run as code. Worth knowing, no fault. */
export const newReach: Rule = {
  name: 'new-reach',
  judges: 'file',
  find: ({ diff, before, isTest }) =>
    diff.flatMap((file) => {
      if (isProse(file.path) || isSample(file.path)) return [];
      const lines = addedLines(file).filter(({ text }) => !isComment(text));
      const piped = lines.find(({ text }) => pipedToShell.test(text));
      const known = (before.get(file.renamedFrom ?? file.path) ?? '').split('\n').filter((text) => !isComment(text));
      const found = isTest(file.path)
        ? []
        : reaches.flatMap(({ files, lines: wanted, claim }) => {
            if (!files.test(file.path) || known.some((text) => wanted.test(text))) return [];
            const hits = lines.filter(({ text }) => wanted.test(text));
            const [first] = hits;
            if (!first) return [];
            return [
              {
                severity: 'minor' as const,
                category: 'security' as const,
                file: file.path,
                line: first.line,
                claim: counted(hits, `${claim}.`, (count) => `${claim}, in ${count} lines.`),
                evidence: first.text.trim().slice(0, 200),
              },
            ];
          });
      if (!piped) return found;
      return [
        ...found,
        {
          severity: 'major' as const,
          category: 'security' as const,
          file: file.path,
          line: piped.line,
          claim: 'What a server sends is run by a shell unseen.',
          evidence: piped.text.trim().slice(0, 200),
          suggestion: 'Download a fixed version, check its hash, then run it.',
        },
      ];
    }),
};
