/** What a path may be, decided before git or the file system sees it. */

const invisible = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u00ad\ufff9-\ufffb]/u;
const control = /[\p{Cc}\u2028\u2029]/u;
const deviceName =
  /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])$/i;

/** Why nothing may be written at `path`; null where it may. The path is relative to the repository's root. */
export function forbiddenPath(path: string): string | null {
  if (path === '' || path.trim() === '') return 'The path is empty.';
  if (path.length > 4_096) return 'The path is too long.';
  if (control.test(path)) return 'The path holds control characters.';
  if (invisible.test(path)) return 'The path holds invisible or direction-changing characters.';
  if (!path.isWellFormed() || path.includes('\ufffd')) return 'The path is no valid text.';
  if (/^[\\/]/.test(path)) return 'The path is absolute.';
  if (/^[A-Za-z]:/.test(path)) return 'The path names a drive.';
  if (/^~/.test(path)) return 'The path begins in a home folder.';
  if (path.includes('\\')) return 'The path holds a backslash, which some systems take for a separator.';
  if (path.endsWith('/')) return 'The path names a folder.';
  for (const part of path.split('/')) {
    const problem = forbiddenPart(part);
    if (problem) return problem;
  }
  return null;
}

function forbiddenPart(part: string): string | null {
  if (part === '') return 'The path has an empty part.';
  if (part === '.' || part === '..') return 'The path has a part `.` or `..`.';
  if (isGitFolder(part)) return 'The path leads into `.git`.';
  if (/[<>:"|?*]/.test(part)) return 'The path holds a character that no name has on Windows.';
  if (/[. ]$/.test(part) || /^ /.test(part)) return 'A part of the path begins or ends in a blank or ends in a dot.';
  const stem = part.split('.')[0] ?? '';
  if (deviceName.test(stem.trimEnd())) return `\`${part}\` is the name of a device.`;
  return part.length > 255 ? 'A part of the path is too long.' : null;
}

/** `.git` in any case, as its short name, or in a spelling that a file system takes for it. */
function isGitFolder(part: string): boolean {
  const folded = part
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[. ]+$/, '')
    .replace(/:.*$/, '')
    .replace(/[. ]+$/, '');
  return folded === '.git' || /^git~\d+$/.test(folded) || /^\.git~\d*$/.test(folded) || asLatin(folded) === '.git';
}

const latin: Record<string, string> = {
  '\u0261': 'g',
  '\u0262': 'g',
  '\u050d': 'g',
  '\u0581': 'g',
  '\u0131': 'i',
  '\u0456': 'i',
  '\u03b9': 'i',
  '\u0269': 'i',
  '\u2170': 'i',
  '\u0442': 't',
  '\u03c4': 't',
  '\u1d1b': 't',
  '\u3002': '.',
  '\uff0e': '.',
  '\u2024': '.',
};

function asLatin(text: string): string {
  return [...text].map((character) => latin[character] ?? character).join('');
}

/** Kinds of files that run by themselves or steer what runs: flagged, never refused. The reason in words. */
const protections: readonly (readonly [RegExp, string])[] = [
  [/^\.countersign\//, 'It steers Countersign itself.'],
  [/(?:^|\/)\.vscode\//, 'It steers the editor, which may run what it says.'],
  [/\.code-workspace$/, 'It steers the editor, which may run what it says.'],
  [
    /(?:^|\/)(?:\.idea|\.fleet|\.zed|\.devcontainer|\.gitpod)(?:\/|\.yml$)|(?:^|\/)\.devcontainer\.json$/,
    'It steers a development environment.',
  ],
  [
    /(?:^|\/)\.?mcp\.json$|(?:^|\/)\.(?:cursor|claude|codex|gemini|roo|cline|windsurf|aider[^/]*)(?:\/|$)/,
    'It steers coding assistants and the tools they start.',
  ],
  [
    /(?:^|\/)(?:AGENTS|CLAUDE|GEMINI|\.cursorrules|\.clinerules|\.windsurfrules)(?:\.md)?$|^\.github\/(?:copilot|instructions|prompts|chatmodes|agents)/i,
    'It instructs coding assistants.',
  ],
  [/(?:^|\/)\.git(?:attributes|modules|config)$/, 'It steers git.'],
  [
    /^\.github\/(?:workflows|actions)\/|^\.(?:gitea|forgejo)\/workflows\/|^\.(?:circleci|buildkite|woodpecker|drone|semaphore|teamcity|ci)\/|^ci\/[^/]+\.(?:sh|ps1|bat)$/,
    'It runs in continuous integration.',
  ],
  [
    /(?:^|\/)(?:\.gitlab-ci|\.travis|\.drone|\.woodpecker|\.cirrus|appveyor|\.appveyor|azure-pipelines|bitbucket-pipelines|buildspec|cloudbuild|wercker|\.semaphore)\.ya?ml$|(?:^|\/)(?:Jenkinsfile|\.github\/dependabot\.ya?ml|\.github\/CODEOWNERS|CODEOWNERS|renovate\.json5?)$/,
    'It runs in, or steers, continuous integration.',
  ],
  [
    /(?:^|\/)\.(?:husky|githooks|git-hooks|hooks)\/|(?:^|\/)(?:\.?lefthook(?:-local)?\.(?:ya?ml|toml|json)|\.pre-commit-(?:config|hooks)\.ya?ml|\.lintstagedrc[^/]*|\.huskyrc[^/]*|\.overcommit\.yml)$/,
    'It runs as a git hook.',
  ],
  [
    /(?:^|\/)(?:\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.c?js|\.yarn\/(?:releases|plugins)\/.*|bunfig\.toml|pip\.conf|\.pypirc|\.cargo\/(?:config|config\.toml|credentials(?:\.toml)?)|sitecustomize\.py|usercustomize\.py|binding\.gyp)$/,
    'It runs by itself, or steers where packages come from.',
  ],
  [
    /(?:^|\/)\.(?:bashrc|bash_profile|bash_login|bash_logout|profile|zshrc|zshenv|zprofile|zlogin|zlogout|cshrc|tcshrc|kshrc|login|xinitrc|xprofile|xsessionrc|inputrc|envrc|env(?:\.[^/]+)?|tool-versions|mise\.toml|direnvrc|vimrc|exrc|nvimrc|gdbinit|lldbinit|pythonrc|irbrc|pryrc|ssh\/.*|config\/fish\/.*)$/,
    'It is read when a shell or a tool starts.',
  ],
];

/** Why `path` never lands without a person; null where it is an ordinary file. */
export function protectedPath(path: string): string | null {
  const known = protections.find(([pattern]) => pattern.test(path));
  if (known) return known[1];
  const folded = protections.find(([pattern]) => pattern.test(path.toLowerCase()));
  return folded ? folded[1] : null;
}

/** Whether a path, or a folder on the way to it, is one of `links`. */
export function throughSymlink(path: string, links: ReadonlyMap<string, string> | undefined): boolean {
  if (!links || links.size === 0) return false;
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (links.has(path.slice(0, slash))) return true;
  }
  return links.has(path);
}

const scriptKeys = ['scripts', 'gypfile', 'husky', 'lint-staged', 'simple-git-hooks', 'pre-commit', 'packageManager'];

/** Whether a change of a package.json touches what package managers and hooks run from it. */
export function changesPackageScripts(path: string, before: string | null, after: string | null): boolean {
  if (!/(?:^|\/)package\.json$/i.test(path) || after === null) return false;
  return scriptsOf(before) !== scriptsOf(after) || scriptsOf(after) === null;
}

/** The parts that run, as text; null where the file cannot be read. */
function scriptsOf(text: string | null): string | null {
  if (text === null) return '[]';
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return null;
    const entries = Object.entries(parsed).filter(([key]) => scriptKeys.includes(key));
    return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  } catch {
    return null;
  }
}
