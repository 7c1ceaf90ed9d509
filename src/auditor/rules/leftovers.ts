import { addedLines, counted, isComment, isProse, isSample, type Rule } from './rule.ts';

interface Leftover {
  readonly files: RegExp;
  readonly lines: RegExp;
  readonly name: string;
  /** Stops a program wherever it runs. */
  readonly halts: boolean;
}

const script = /\.(?:[cm]?[jt]sx?|vue|svelte)$/i;

const leftovers: readonly Leftover[] = [
  { files: script, lines: /(?:^|[;{}\s])debugger\s*;?\s*$/, name: '`debugger`', halts: true },
  { files: script, lines: /\bconsole\.(?:log|debug|trace|dir)\(/, name: 'console output', halts: false },
  { files: /\.py$/i, lines: /\b(?:pdb|ipdb)\.set_trace\(|^\s*breakpoint\(\)/, name: 'a breakpoint', halts: true },
  {
    files: /\.py$/i,
    lines: /^\s*print\((?:f?['"])?\s*(?:debug|here|xxx|>>>|---|\*\*\*)/i,
    name: 'debug output',
    halts: false,
  },
  { files: /\.rb$/i, lines: /\bbinding\.(?:pry|irb)\b|^\s*byebug\b/, name: 'a breakpoint', halts: true },
  { files: /\.rs$/i, lines: /\bdbg!\(/, name: '`dbg!`', halts: false },
  { files: /\.php$/i, lines: /\b(?:var_dump|dd|print_r)\(/, name: 'debug output', halts: false },
  { files: /\.(?:java|kt)$/i, lines: /\.printStackTrace\(\)/, name: '`printStackTrace`', halts: false },
];

/** Places whose business is to print, or that nobody ships. */
const printsAnyway =
  /(?:^|\/)(?:bin|cli|scripts?|tools?|bench(?:marks?)?|demo|\.github)\/|(?:^|\/)cli\.[^/]+$|\.config\.[^/]+$/i;

/** Debugging that was left in. A file that printed before may go on to: that is how it speaks. */
export const debuggingLeftovers: Rule = {
  name: 'leftover',
  judges: 'file',
  find: ({ diff, before, isTest }) =>
    diff.flatMap((file) => {
      if (isProse(file.path) || isSample(file.path)) return [];
      return leftovers.flatMap(({ files, lines, name, halts }) => {
        if (!files.test(file.path)) return [];
        if (!halts && (isTest(file.path) || printsAnyway.test(file.path))) return [];
        const known = before.get(file.path) ?? '';
        if (!halts && known.split('\n').some((text) => lines.test(text) && !isComment(text))) return [];
        const found = addedLines(file).filter(({ text }) => lines.test(text) && !isComment(text));
        const [first] = found;
        if (!first) return [];
        return [
          {
            severity: halts ? ('major' as const) : ('minor' as const),
            category: 'quality' as const,
            file: file.path,
            line: first.line,
            claim: counted(
              found,
              `Left over from debugging: ${name}.`,
              (count) => `Left over from debugging: ${name}, ${count} times.`,
            ),
            evidence: first.text.trim(),
          },
        ];
      });
    }),
};
