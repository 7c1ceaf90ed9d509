import type { ContextReport, PieceForm } from '../domain/building.ts';
import { estimateTokens } from './estimate-tokens.ts';
import type { Piece } from './gather/gatherer.ts';
import type { GatherResult } from './gather/run-gatherers.ts';

/** One part of a brief under its heading. */
export interface BriefSection {
  readonly heading: string;
  readonly pieces: readonly Piece[];
}

/** What the Builder is shown of the repository, in a stable order, and what was left out. */
export interface Brief {
  readonly sections: readonly BriefSection[];
  readonly cut: readonly { readonly title: string; readonly why: string }[];
  readonly report: ContextReport;
}

interface Offer {
  readonly gatherer: number;
  readonly piece: Piece;
  readonly tokens: number;
}

/** Marks around a piece: its heading and fence. */
const frameTokens = 12;

/**
 * Fills the budget by value per token: first each gatherer within its own share, then whoever is left with what is
 * left. The same input gives the same brief to the letter, and pieces stand in the gatherers' order, by title.
 */
export function assembleBrief(results: readonly GatherResult[], budgetTokens: number): Brief {
  const offers = results.flatMap(({ pieces }, gatherer) => pieces.map((piece) => offerOf(gatherer, piece)));
  const order = [...offers].sort(
    (a, b) => worth(b) - worth(a) || a.gatherer - b.gatherer || (a.piece.title < b.piece.title ? -1 : 1),
  );
  const taken = new Map<Offer, Offer>();
  const shownWhole = new Set<string>();
  const used = results.map(() => 0);
  let total = 0;
  const take = (offer: Offer, as: Offer) => {
    taken.set(offer, as);
    total += as.tokens;
    used[offer.gatherer] = (used[offer.gatherer] as number) + as.tokens;
    if (as.piece.path !== null && as.piece.form === 'whole') shownWhole.add(as.piece.path);
  };
  const pass = (fits: (offer: Offer) => boolean) => {
    for (const offer of order) {
      if (taken.has(offer) || isCovered(offer.piece, shownWhole)) continue;
      if (fits(offer)) take(offer, offer);
    }
  };
  pass(
    (offer) =>
      total + offer.tokens <= budgetTokens &&
      (used[offer.gatherer] as number) + offer.tokens <= (results[offer.gatherer] as GatherResult).share * budgetTokens,
  );
  pass((offer) => total + offer.tokens <= budgetTokens);
  for (const offer of order) {
    const shorter = offer.piece.shorter && offerOf(offer.gatherer, offer.piece.shorter);
    if (!taken.has(offer) && shorter && total + shorter.tokens <= budgetTokens) take(offer, shorter);
  }
  const shown = fullestOfEach([...taken.values()]);
  const cut = order.filter((offer) => !taken.has(offer) && !isCovered(offer.piece, shownWhole));
  return briefOf(results, shown, cut, budgetTokens);
}

function offerOf(gatherer: number, piece: Piece): Offer {
  return { gatherer, piece, tokens: estimateTokens(`${piece.title}\n${piece.text}`) + frameTokens };
}

/** A file twice as likely is worth more than two that are half as likely; a long one is worth more than a short one. */
function worth({ piece: { value }, tokens }: Offer): number {
  return value ** 1.5 / tokens ** 0.3;
}

const fullness: Record<PieceForm, number> = { whole: 3, excerpt: 2, outline: 1, note: 0 };

/** A file is shown once: in the fullest form that was taken of it. */
function fullestOfEach(offers: readonly Offer[]): readonly Offer[] {
  const fullest = new Map<string, Offer>();
  for (const offer of offers) {
    const { path, form } = offer.piece;
    if (path === null) continue;
    const held = fullest.get(path);
    if (!held || fullness[form] > fullness[held.piece.form]) fullest.set(path, offer);
  }
  return offers.filter((offer) => offer.piece.path === null || fullest.get(offer.piece.path) === offer);
}

/** What stands there whole needs no second showing. */
function isCovered({ path }: Piece, shownWhole: ReadonlySet<string>): boolean {
  return path !== null && shownWhole.has(path);
}

const mostNamedCuts = 40;

function briefOf(
  results: readonly GatherResult[],
  shown: readonly Offer[],
  cut: readonly Offer[],
  budgetTokens: number,
): Brief {
  const byTitle = (a: Offer, b: Offer) => (a.piece.title < b.piece.title ? -1 : a.piece.title > b.piece.title ? 1 : 0);
  const ordered = results.map((_, gatherer) => shown.filter((offer) => offer.gatherer === gatherer).sort(byTitle));
  const named = results.flatMap(({ name, left }) => left.map((one) => ({ gatherer: name, ...one })));
  const why = 'does not fit';
  const cuts = cut
    .map(({ gatherer, piece }) => ({ gatherer: (results[gatherer] as GatherResult).name, title: piece.title, why }))
    .sort((a, b) => (a.title < b.title ? -1 : 1));
  const scope = results.findIndex(({ name }) => name === 'files-in-scope');
  return {
    sections: results.flatMap(({ heading }, gatherer) => {
      const pieces = (ordered[gatherer] as Offer[]).map((offer) => offer.piece);
      return pieces.length === 0 ? [] : [{ heading, pieces }];
    }),
    // The Builder needs to know of files it may change; a map or a test more or less it can look up.
    cut: [...named, ...cuts.filter((one) => one.gatherer === results[scope]?.name)],
    report: {
      budgetTokens,
      usedTokens: shown.reduce((sum, offer) => sum + offer.tokens, 0),
      gatherers: results.map(({ name, outcome, seconds, detail }) => ({
        name,
        outcome,
        seconds: Math.round(seconds * 1000) / 1000,
        detail,
      })),
      shown: ordered.flat().map(({ gatherer, piece, tokens }) => ({
        gatherer: (results[gatherer] as GatherResult).name,
        title: piece.title,
        form: piece.form,
        tokens,
      })),
      cut: bounded([...named, ...cuts]),
    },
  };
}

function bounded(cut: ContextReport['cut']): ContextReport['cut'] {
  if (cut.length <= mostNamedCuts) return cut;
  const rest = cut.length - mostNamedCuts;
  return [...cut.slice(0, mostNamedCuts), { gatherer: '', title: `${rest} more`, why: 'not named one by one' }];
}
