import type { PhaseSpec } from '../domain/spec.ts';
import type { SourceTree } from '../engine/ports.ts';

/** What the Builder is shown of the repository. */
export interface Brief {
  /** Files shown whole, in path order. */
  readonly files: readonly { readonly path: string; readonly text: string; readonly mayChange: boolean }[];
  /** Files in scope that did not fit or cannot be shown, with the reason. */
  readonly left: readonly { readonly path: string; readonly why: string }[];
  /** Every path of the repository, up to a bound. */
  readonly paths: readonly string[];
}

/** About 60,000 tokens of text. */
const textLimit = 200_000;
const pathLimit = 400;

/** Files whose purpose is to hold secrets: never shown to a model, whatever the scope says. */
const secretFile =
  /(^|\/)(\.env(\.[^/]*)?|\.npmrc|\.netrc|\.pgpass|id_(rsa|dsa|ecdsa|ed25519)|credentials(\.json)?|secrets?\.(ya?ml|json|toml))$|\.(pem|key|p12|pfx|jks|keystore|kdbx)$/i;

/** Text that a person did not write, at a cost that nobody wants to pay. */
const generatedFile =
  /(^|\/)(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|Cargo\.lock|poetry\.lock|go\.sum)$|\.min\.(js|css)$|\.map$/;

/** Tells whether a path matches one of these globs. */
export type Matching = (globs: readonly string[]) => (path: string) => boolean;

/** The files in scope as they are in the base commit, smaller ones first under the limit, then told in path order. */
export async function gatherBrief(spec: PhaseSpec, tree: SourceTree, matching: Matching): Promise<Brief> {
  const paths = await tree.paths();
  const included = matching(spec.scope.include);
  const excluded = matching(spec.scope.exclude);
  const context = matching(spec.scope.context);
  const mayChange = (path: string) => included(path) && !excluded(path);
  const wanted = paths.filter((path) => mayChange(path) || context(path));
  const left = wanted.filter((path) => secretFile.test(path)).map((path) => ({ path, why: 'may hold secrets' }));
  const generated = wanted.filter((path) => generatedFile.test(path));
  left.push(...generated.map((path) => ({ path, why: 'generated' })));
  const readable = wanted.filter((path) => !secretFile.test(path) && !generatedFile.test(path));
  const texts = await tree.read(readable);
  left.push(...readable.filter((path) => !texts.has(path)).map((path) => ({ path, why: 'not text, or too large' })));
  const shown = new Set<string>();
  let used = 0;
  for (const [path, text] of [...texts].sort((a, b) => rank(a, context) - rank(b, context))) {
    if (used + text.length > textLimit) {
      left.push({ path, why: 'does not fit' });
      continue;
    }
    used += text.length;
    shown.add(path);
  }
  const files = readable
    .filter((path) => shown.has(path))
    .map((path) => ({ path, text: texts.get(path) as string, mayChange: mayChange(path) }));
  return { files, left, paths: paths.slice(0, pathLimit) };
}

/** Named context first, then the shorter file: more files fit. */
function rank([path, text]: readonly [string, string], context: (path: string) => boolean): number {
  return context(path) ? text.length - textLimit : text.length;
}
