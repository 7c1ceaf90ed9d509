/** Something that a server is to do to the next token's chances, in the words of `logit_bias`. */
export interface LogitProcessor {
  readonly name: string;
  /** One sentence: what it is for. */
  readonly purpose: string;
  /** Texts whose tokens are meant; who knows the model's tokens maps them. */
  readonly texts: readonly string[];
  /** −100 to 100: what is added to each token's logit. */
  readonly bias: number;
}

/** Which reply is meant: what is made of it depends on this and the reply alone. */
export interface Place {
  /** From 0, in the order of the export. */
  readonly index: number;
  readonly seed: string;
}

/** What a profile says of itself. */
export interface ProfileFacts {
  /** As the command line takes it. */
  readonly name: string;
  readonly summary: string;
  /** Added to the system message; null where it needs none. */
  readonly systemPrompt: string | null;
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  readonly logitProcessors: readonly LogitProcessor[];
}

/** A form that replies are given before they are exported, and are held to. Pure; to give it twice changes nothing. */
export interface Profile extends ProfileFacts {
  transform(reply: string, place: Place): string;
  /** What is wrong with a reply in this form, one sentence each; nothing for what `transform` makes. */
  validate(reply: string): readonly string[];
}
