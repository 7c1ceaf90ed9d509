import type { z } from 'zod';
import type { ToolCategory } from '../../domain/building.ts';
import type { PhaseSpec } from '../../domain/spec.ts';
import type { Task } from '../../engine/ports/builder.ts';
import type { Picture } from '../../engine/ports/chat.ts';
import type { RepositoryReader, SourceFile } from '../../engine/ports/repository.ts';

/** What a command came to that ran on a copy of the commit. */
export interface CommandOutcome {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly output: string;
}

/** Files that tools brought or made, by name, for the other tools of a run. Kept in memory, within bounds. */
export interface Artifacts {
  get(name: string): Buffer | undefined;
  /** Throws `ToolProblem` where there is no more room. */
  put(name: string, content: Buffer): void;
}

/** Notes of a run, by name: what one phase writes, a later one reads. */
export interface Notes {
  all(): Promise<Readonly<Record<string, string>>>;
  write(name: string, text: string): Promise<void>;
}

export interface Fetched {
  readonly status: number;
  /** Media type without its parameters. */
  readonly type: string;
  readonly body: Buffer;
}

/** What reaches beyond the repository; a tool has it only where its kind is allowed. */
export interface ToolPowers {
  /**
   * Runs commands one after another, stopping at the first that fails, on a copy of the commit, in the sandbox. Null
   * runs the phase's own checks. Throws `ToolProblem` where there is no sandbox.
   */
  run(task: Task, commands: readonly ShellCommand[] | null, signal: AbortSignal): Promise<readonly CommandOutcome[]>;
  /** Gets a public address; never one of this machine or its network. Throws `ToolProblem`. */
  fetch(url: string, mostBytes: number, signal: AbortSignal): Promise<Fetched>;
  artifacts(runId: string): Artifacts;
  notes(runId: string): Notes;
}

export interface ShellCommand {
  readonly command: string;
  readonly seconds: number;
}

/** What tools work on: one commit of one repository, for one phase. */
export interface ToolContext {
  readonly task: Task;
  readonly powers: ToolPowers;
  readonly spec: PhaseSpec;
  /** The commit that the proposal is written against. */
  readonly base: string;
  readonly reader: RepositoryReader;
  /** Files that may be read: neither secret nor excluded by the spec. By path. */
  files(): Promise<ReadonlyMap<string, SourceFile>>;
  /** The model that asks can be sent pictures. */
  readonly seesPictures: boolean;
}

/** What a tool gives: text for the model, and a picture with what is to be said of it. */
export interface ToolOutput {
  readonly text: string;
  readonly picture: CaptionedPicture;
}

export interface CaptionedPicture {
  readonly picture: Picture;
  /** One line that names it by where it is from and by its hash. */
  readonly caption: string;
}

/** One tool of the Builder: one function with limits, and the permission it needs. */
export interface BuilderTool<Input extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly category: ToolCategory;
  /** For the model: what it gives, and its limits. */
  readonly description: string;
  readonly input: Input;
  /** Until it is stopped. */
  readonly seconds: number;
  /** Text for the model, with a picture where there is one. Throws `ToolProblem` where it cannot be had. */
  run(input: z.infer<Input>, context: ToolContext, signal: AbortSignal): Promise<string | ToolOutput>;
}

/** Why a tool gave nothing, in words for the model. `refused` means it may not, and trying again will not help. */
export class ToolProblem extends Error {
  readonly refused: boolean;

  constructor(message: string, options: { readonly refused?: boolean } = {}) {
    super(message);
    this.refused = options.refused ?? false;
  }
}

/** Keeps the types of a tool's input and its function together. */
export function defineTool<Input extends z.ZodType>(tool: BuilderTool<Input>): BuilderTool {
  return tool as BuilderTool;
}
