/** Procedures about agents: what they are, what they say, and how one is ended. */
import { z } from 'zod'
import { judgementViewSchema } from './judging.ts'
import { agentViewSchema } from './view.ts'
import { commandIdSchema, get, idInput, post } from './route.ts'

export const agentContract = {
  list: get('/agents')
    .input(
      z.strictObject({
        which: z.enum(['all', 'alive', 'dead', 'working']).default('all'),
        task: z.string().optional(),
        limit: z.coerce.number().int().positive().optional(),
      }),
    )
    .output(z.array(agentViewSchema)),
  get: get('/agent/{id}').input(idInput).output(agentViewSchema),
  /**
   * A window of its output. Parsed: whole reports; raw: what its program wrote. `next` is where to go on; `isEnd` says that nothing more
   * is there now: of a living agent a line that is unfinished comes later. Offsets are bytes of the stream.
   */
  output: get('/agent/{id}/output')
    .input(
      idInput.extend({
        from: z.coerce.number().int().nonnegative().default(0),
        maxBytes: z.coerce.number().int().positive().max(4_000_000).default(256_000),
        /** A text in a query string, where `false` must not count as true. */
        raw: z.union([z.boolean(), z.stringbool()]).default(false),
        /** merged: both in the order in which their lines came; shell and command tasks have one stream anyway. */
        stream: z.enum(['stdout', 'stderr', 'merged']).default('merged'),
        /** Of `text`: base64 gives every byte as it is. */
        encoding: z.enum(['utf8', 'base64']).default('utf8'),
        /** Parsed: also from which lines the reports come. */
        withLines: z.union([z.boolean(), z.stringbool()]).default(false),
      }),
    )
    .output(
      z.object({
        reports: z.array(z.record(z.string(), z.unknown())),
        text: z.string().nullable(),
        /** With `withLines`: `of` each report its line, counted from the one at `start`; `count` ends of lines up to `next`. */
        lines: z.object({ of: z.array(z.number()), count: z.number() }).optional(),
        /** Where what was read truly begins: `from`, or the next line (raw: the next character) after it. */
        start: z.number(),
        next: z.number(),
        size: z.number(),
        isEnd: z.boolean(),
        /** Its folder was old: only the end of each stream is kept, of `bytes` that there were; null = it is whole. */
        compacted: z.object({ at: z.string(), bytes: z.number() }).nullable(),
      }),
    ),
  /** Ends the whole tree and answers when it is gone. The task reopens paused unless `redispatch`. */
  kill: post('/agent/{id}/kill')
    .input(
      idInput.extend({
        force: z.boolean().optional(),
        redispatch: z.boolean().optional(),
        commandId: commandIdSchema,
      }),
    )
    .output(agentViewSchema),
  killAll: post('/agents/kill')
    .input(
      z.strictObject({
        force: z.boolean().optional(),
        redispatch: z.boolean().optional(),
        commandId: commandIdSchema,
      }),
    )
    .output(z.object({ killed: z.array(z.string()) })),
  /**
   * Has a model say what becomes of the task of one that has ended badly, or is silent; its task waits for that. `again`: also where it
   * was asked before.
   */
  triage: post('/agent/{id}/triage', 202)
    .input(idInput.extend({ again: z.boolean().optional(), commandId: commandIdSchema }))
    .output(judgementViewSchema),
  /** An agent reports that it is alive: it itself, or the claimant of its task. */
  heartbeat: post('/agent/{id}/heartbeat')
    .input(idInput)
    .output(
      z.object({
        ok: z.boolean(),
        /** When its lease runs out now; null for one without. */
        leaseUntil: z.string().nullable(),
      }),
    ),
  /** check: look at all living agents now; cleanup: settle those found dead; purge: also forget ended agents and remove their folders. */
  dead: post('/agents/dead')
    .input(
      z.strictObject({ do: z.enum(['check', 'cleanup', 'purge']), commandId: commandIdSchema }),
    )
    .output(z.object({ dead: z.array(agentViewSchema), forgotten: z.array(z.string()) })),
}
