/**
 * Whether an SPDX licence expression without parentheses is accepted: of `A OR B` one must be, of `A AND B` both.
 * Anything with an exception or parentheses is refused unless it is listed as it stands.
 * Source: SPDX Specification 2.3, Annex D.
 *
 * @param accepted identifiers in lower case
 */
export function acceptsLicence(expression: string, accepted: ReadonlySet<string>): boolean {
  const text = expression.trim().toLowerCase();
  if (accepted.has(text)) return true;
  return text
    .split(/\s+or\s+/)
    .some((choice) => choice.split(/\s+and\s+/).every((licence) => accepted.has(licence.trim())));
}
