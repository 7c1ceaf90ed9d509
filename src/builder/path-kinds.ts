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

export function isSecret(path: string): boolean {
  return secret.test(path) && !secretExample.test(path);
}

export function isGenerated(path: string): boolean {
  return generated.test(path);
}

export function isCode(path: string): boolean {
  return code.test(path);
}

export function isTest(path: string): boolean {
  return test.test(path);
}

export function isDocumentation(path: string): boolean {
  return documentation.test(path);
}
