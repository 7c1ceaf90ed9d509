/** Files whose purpose is to hold secrets: never shown to a model, whatever the scope says. */
const secret =
  /(^|\/)(\.env(\.[^/]*)?|\.envrc|\.npmrc|\.pypirc|\.netrc|\.pgpass|\.htpasswd|\.git-credentials|id_(rsa|dsa|ecdsa|ed25519)|credentials(\.json)?|secrets?\.(ya?ml|json|toml))$|(^|\/)\.(ssh|aws|gnupg)\/|\.(pem|key|p12|pfx|jks|keystore|kdbx)$/i;

/** Examples for people, with no secret in them by their name. */
const secretExample = /(^|\/)\.env\.(example|sample|template|dist)$/i;

/** Text that a person did not write, at a cost that nobody wants to pay. */
const generated =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|composer\.lock|Gemfile\.lock|go\.sum)$|\.min\.(js|css)$|\.(map|snap)$|(^|\/)(node_modules|vendor\/bundle|third_party)\//;

const code =
  /\.(?:[cm]?[jt]sx?|py|pyi|go|rs|java|kt|kts|scala|groovy|c|h|cc|cpp|cxx|hh|hpp|hxx|cs|fs|swift|m|mm|rb|php|pl|pm|lua|dart|ex|exs|erl|hrl|clj|cljs|hs|ml|mli|jl|r|sh|bash|zsh|ps1|vue|svelte|sql|proto|zig|nim|sol)$/i;

const test =
  /(^|\/)(tests?|__tests__|specs?|testdata|e2e)\/|(^|\/)test_[^/]*$|(^|\/)[^/]*(?:[._-](?:test|spec|tests)|Tests?|_test)\.[^/.]+$/;

const documentation = /\.(md|mdx|rst|txt|adoc)$/i;

/** More paths than this are of several repositories or of commits far apart: it begins anew. */
const mostRemembered = 100_000;

/** Asked again and again of the same thousands of paths. */
export const isSecret = remembering((path) => secret.test(path) && !secretExample.test(path));

export const isGenerated = remembering((path) => generated.test(path));

export const isCode = remembering((path) => code.test(path));

export const isTest = remembering((path) => test.test(path));

export function isDocumentation(path: string): boolean {
  return documentation.test(path);
}

function remembering(decide: (path: string) => boolean): (path: string) => boolean {
  const known = new Map<string, boolean>();
  return (path) => {
    let answer = known.get(path);
    if (answer === undefined) {
      if (known.size >= mostRemembered) known.clear();
      answer = decide(path);
      known.set(path, answer);
    }
    return answer;
  };
}
