/** Procedures about what tasks have changed in git: looking at it, commenting it, landing it, and the worktrees it was made in. */
import { z } from 'zod'
import { LANDING_STATES } from '../domain/landing.ts'
import { SHOWN_STATES } from '../domain/graph/shown-state.ts'
import { commandIdSchema, get, post } from './route.ts'

const time = z.string()
const onTask = z.strictObject({ task: z.string() })
const ofTry = onTask.extend({ agent: z.string().max(200).optional() })
const whole = (max: number) => z.coerce.number().int().positive().max(max)

const landingViewSchema = z.object({
  state: z.enum(LANDING_STATES),
  /** The result that was meant. */
  result: z.string(),
  /** Where the target holds it, or the prepared branch's commit. */
  commit: z.string().nullable(),
  target: z.string().nullable(),
  at: time,
  /** One line: why it was refused, what clashes, where a prepared text is. */
  reason: z.string().nullable(),
  /** The task that settles its conflict. */
  mergeTask: z.string().nullable(),
  /** A pull request was asked for, whatever the policy is. */
  pullRequest: z.boolean(),
})
export type LandingView = z.infer<typeof landingViewSchema>

/** Where the result would land if it were asked for now. */
const landingPreviewSchema = z.object({
  /** merge: the branch is moved. pr: a branch and a text for a pull request are prepared, nothing is merged. */
  how: z.enum(['merge', 'pr']),
  /** Short name of the branch; null when there is none to land on. */
  target: z.string().nullable(),
  /** Why it could not land now; null when nothing is known to be in its way. */
  obstacle: z.string().nullable(),
  /** The folder that has the branch checked out, which moves with it; null when none has. */
  checkout: z.string().nullable(),
  /** Files of that folder with changes that are not committed. They are never touched. */
  uncommitted: z.number().nullable(),
})
export type LandingPreview = z.infer<typeof landingPreviewSchema>

const changedFileSchema = z.object({
  path: z.string(),
  /** Where it was; null unless it was renamed or copied. */
  oldPath: z.string().nullable(),
  status: z.enum(['added', 'modified', 'deleted', 'renamed', 'copied', 'type-changed']),
  /** Lines; null for a binary file. */
  insertions: z.number().nullable(),
  deletions: z.number().nullable(),
  binary: z.boolean(),
})
export type ChangedFileView = z.infer<typeof changedFileSchema>

const changeCommentSchema = z.object({
  at: time,
  by: z.string(),
  text: z.string(),
  path: z.string(),
  line: z.number(),
  side: z.enum(['old', 'new']),
})
export type ChangeComment = z.infer<typeof changeCommentSchema>

const changeViewSchema = z.object({
  task: z.string(),
  /** The try that it is of; null when no try of the task worked in a worktree. */
  agent: z.string().nullable(),
  branch: z.string().nullable(),
  base: z.string().nullable(),
  /** Null while there is none. */
  result: z.string().nullable(),
  /** The try is still at work: only what it has committed so far is shown. */
  isLive: z.boolean(),
  files: z.array(changedFileSchema),
  /** More files were changed than are listed. */
  isCut: z.boolean(),
  insertions: z.number(),
  deletions: z.number(),
  /** Newest first. */
  commits: z.array(z.object({ id: z.string(), subject: z.string(), author: z.string(), at: time })),
  /** What was found besides: stashes, a rewritten history, files that git could not take. */
  notes: z.array(z.string()),
  landing: landingViewSchema.nullable(),
  outlook: landingPreviewSchema.nullable(),
  comments: z.array(changeCommentSchema),
})
export type ChangeView = z.infer<typeof changeViewSchema>

const filePatchSchema = z.object({
  path: z.string(),
  oldPath: z.string().nullable(),
  /** Unified diff with its header. */
  patch: z.string(),
  /** There is more of it than is told here. */
  truncated: z.boolean(),
})

const worktreeViewSchema = z.object({
  name: z.string(),
  path: z.string(),
  task: z.string().nullable(),
  /** The task's shown state; null when the task is gone. */
  state: z.enum(SHOWN_STATES).nullable(),
  branch: z.string().nullable(),
  /** Files that differ from its last commit. */
  uncommitted: z.number(),
  /** Commits that the target branch has not; null when there is no target to compare with. */
  unmerged: z.number().nullable(),
  /** Ignored files and folders in it, at most 20: they go with it. */
  ignored: z.array(z.string()),
  landing: landingViewSchema.nullable(),
  /** Its result is recorded as landed and the target holds all of it: `gc` removes it. */
  canGo: z.boolean(),
  /** Why it cannot be removed now, or what is wrong with it; null when nothing is. */
  problem: z.string().nullable(),
})
export type WorktreeView = z.infer<typeof worktreeViewSchema>

const removedSchema = z.object({
  name: z.string(),
  /** The ref that keeps what was uncommitted; null when all was committed. */
  keptAt: z.string().nullable(),
  branchRemoved: z.boolean(),
  /** Ignored files and folders that went with it, at most 20. */
  ignored: z.array(z.string()),
})

export const changeContract = {
  /** What a try of a task has changed: the latest, unless one is named. */
  of: get('/task/{task}/changes').input(ofTry).output(changeViewSchema),
  /** The same as patches, of bounded size. */
  diff: get('/task/{task}/diff')
    .input(
      ofTry.extend({
        /** This file alone. */
        path: z.string().max(4096).optional(),
        /** Of all patches together, in characters. */
        maxBytes: whole(8_000_000).default(2_000_000),
      }),
    )
    .output(
      z.object({
        base: z.string().nullable(),
        result: z.string().nullable(),
        files: z.array(filePatchSchema),
        truncated: z.boolean(),
      }),
    ),
  /** Asks for the result to be landed. With `waitMs` it answers when that is settled, or after so long. */
  land: post('/task/{task}/merge')
    .input(
      onTask.extend({
        waitMs: whole(120_000).optional(),
        /** Asks for nothing, only waits for what was asked before. */
        waitOnly: z.boolean().default(false),
        /** Only prepares a branch and a text for a pull request, whatever `worktree.land` says. */
        pullRequest: z.boolean().default(false),
        commandId: commandIdSchema,
      }),
    )
    .output(landingViewSchema),
  /**
   * Asks for every done task with a result that has not landed, in the order of the graph: `tasks`. `conflicts` are those that
   * wait for a merge task, and are not asked for again.
   */
  landAll: post('/merge')
    .input(z.strictObject({ commandId: commandIdSchema }))
    .output(z.object({ tasks: z.array(z.string()), conflicts: z.array(z.string()) })),
  /** A person's remark on a line of the changes; the next try is told of it. */
  comment: post('/task/{task}/comment')
    .input(
      onTask.extend({
        path: z.string().min(1).max(4096),
        line: z.coerce.number().int().positive().max(100_000_000),
        side: z.enum(['old', 'new']).default('new'),
        text: z.string().trim().min(1).max(20_000),
        commandId: commandIdSchema,
      }),
    )
    .output(changeCommentSchema),
  worktrees: get('/worktrees').output(z.array(worktreeViewSchema)),
  /** Uncommitted files are kept as a commit, a branch that is not merged stays; only ignored files are lost. */
  removeWorktree: post('/worktree/{name}/remove')
    .input(z.strictObject({ name: z.string().max(200), commandId: commandIdSchema }))
    .output(removedSchema),
  /** Removes what is recorded as landed; with `dryRun` only says what that would be. */
  gc: post('/worktrees/gc')
    .input(z.strictObject({ dryRun: z.boolean().default(false), commandId: commandIdSchema }))
    .output(z.object({ removed: z.array(removedSchema), kept: z.array(worktreeViewSchema) })),
}
