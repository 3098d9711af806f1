/** Landing: bringing a task's result onto its target branch. Beside the task's state, because a task is done before it has landed. */
import { taskIdSchema } from './schemas.ts'
import { z } from 'zod'
import { type TaskId } from './ids.ts'

/**
 * queued: asked for; the lander takes one at a time per repository. landed: the target holds it, `commit` says where.
 * prepared: a branch and a text for a pull request stand ready, nothing was merged. conflict: `mergeTask` settles it, and the
 * landing goes on by itself once that is done. refused: `reason` says why; a person asks again.
 */
export const LANDING_STATES = ['queued', 'landed', 'prepared', 'conflict', 'refused'] as const

export const landingSchema = z.strictObject({
  state: z.enum(LANDING_STATES),
  /** The task's result that was meant; a newer result has not landed. */
  result: z.string(),
  /** The commit of the target that holds it, or of the prepared branch. */
  commit: z.string().nullable(),
  /** Short name of the branch that it is for; null until it is known. */
  target: z.string().nullable(),
  at: z.number().int(),
  /** One line for people. */
  reason: z.string().nullable(),
  /** The task that settles its conflict. */
  mergeTask: taskIdSchema.nullable(),
  /** Refused, because this merge task was done and the conflict is still there. */
  unsettledBy: taskIdSchema.optional(),
  /** The policy asked for it and no person did: it does not begin while the yard is paused. */
  isAuto: z.literal(true).optional(),
  /** A person asked for a branch and a text for a pull request, whatever the policy is. */
  pullRequest: z.literal(true).optional(),
})
export type Landing = z.infer<typeof landingSchema>

/** Its reason, with the commands that help. */
export const reasonAtTerminal = (
  id: string,
  landing: {
    readonly reason: string | null
    readonly unsettledBy?: string | undefined
    readonly pullRequest?: boolean | undefined
  },
): string | null =>
  landing.unsettledBy === undefined
    ? landing.reason
    : `${landing.reason}: yard reopen ${landing.unsettledBy} has it done again, and ${mergeCommand(id, landing)} goes on`

/** What asks for it again, as a terminal takes it. */
export const mergeCommand = (
  id: string,
  { pullRequest }: { readonly pullRequest?: boolean | undefined },
): string => `yard merge ${id}${pullRequest ? ' --pr' : ''}`

const partSchema = z.strictObject({ name: z.string(), commit: z.string() })

/** What a merge task has to bring together. Its worktree starts at `ours`; its result must contain both. */
export const mergingSchema = z.strictObject({
  /** The task that cannot go on without it. */
  for: taskIdSchema,
  /** base: the work of its dependencies does not merge. landing: its result does not merge into the target. */
  kind: z.enum(['base', 'landing']),
  ours: partSchema,
  theirs: partSchema,
  paths: z.array(z.string()),
  /** What waits for it because the conflict said so, and no person. Absent where that was not kept yet. */
  holds: z.array(taskIdSchema).optional(),
})
export type Merging = z.infer<typeof mergingSchema>

/** Two commits that do not merge, as git found it. */
export interface Conflict extends Pick<Merging, 'ours' | 'theirs' | 'paths'> {
  /** One line for people. */
  readonly reason: string
  /** The conflicted places, at most some kB, for the one that settles it. */
  readonly hunks: string
}

/** Who settles a conflict; null = as for tasks that name none. */
export interface Merger {
  readonly executor: string | null
  readonly model: string | null
}

/** What the lander is told: made from committed state only. */
export interface LandingOrder {
  readonly taskId: TaskId
  readonly title: string
  readonly description: string
  /** The task's own result, which must be in the target when it has landed. */
  readonly result: string
  /** What is merged: the result, or what a merge task made of it. */
  readonly commit: string
  /** The folder whose repository it is for. */
  readonly folder: string
  /** Name of the task's worktree and branch. */
  readonly name: string
  /** Short name; null = the branch that the main checkout has. */
  readonly target: string | null
  /** A shell line that must exit with 0 on the merged tree. */
  readonly verify: string | null
  /** merge: the target is moved. pr: a branch and a text are prepared, and pushed to `remote` unless that is null. */
  readonly how: { readonly kind: 'merge' } | { readonly kind: 'pr'; readonly remote: string | null }
  /** When it was asked for, ms: what an earlier asking found out about the same commits is not its answer. */
  readonly askedAt: number
}

export type LandingOutcome =
  | {
      readonly kind: 'landed'
      readonly commit: string
      readonly target: string
      readonly note: string | null
    }
  | {
      readonly kind: 'prepared'
      readonly commit: string
      readonly target: string
      readonly note: string
    }
  | { readonly kind: 'conflict'; readonly target: string; readonly conflict: Conflict }
  | { readonly kind: 'refused'; readonly target: string | null; readonly reason: string }

/** An `AbortSignal`, as far as it is needed here. */
export interface Withdrawal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
}

/** Does the git work of landings, outside the loop. */
export interface Lander {
  /**
   * Never throws. The same order again after a crash ends in the same place; null = not now, ask again later. Once `withdrawn`
   * is aborted it is not wanted any more: its verify line is ended and the target is not moved. Where it has moved by then, it has landed.
   */
  land(order: LandingOrder, withdrawn: Withdrawal): Promise<LandingOutcome | null>
  /** Takes away what it needed, once its outcome is saved; null = it was withdrawn. Never throws: it decides nothing. */
  clear(order: LandingOrder, outcome: LandingOutcome | null): Promise<void>
  close(): Promise<void>
}
