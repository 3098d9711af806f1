/**
 * What a config file may hold: every key with its bounds, default, label, meaning and control. The JSON Schema, the first file and
 * the settings screen are made from it.
 */
import { z } from 'zod'
import {
  LAND_POLICIES,
  missedPolicySchema,
  type Role,
  UNCOMMITTED_POLICIES,
} from '../domain/settings.ts'
import { parseBytes } from '../domain/format.ts'
import { parseInstant } from './times.ts'
import { judgingTables } from './judging-schema.ts'
import { mailTables } from './mail/mail-schema.ts'
import { executorFileSchema, modelFileSchema } from './registry-schema.ts'
import {
  about,
  dollars,
  duration,
  flag,
  name,
  oneOf,
  tagName,
  tokens,
  whole,
  nonEmptyText,
  zone,
} from './value-schemas.ts'

const coordinator = z.strictObject({
  max_agents: whole(0, 1000)
    .default(4)
    .meta(about('Max agents', 'At most so many agents at once; 0 starts none.')),
  poll_interval: duration('s', 1000, 86_400_000)
    .default(60)
    .meta(
      about(
        'Look at everything',
        'Seconds between looks at everything. Only a backstop: news wakes it at once.',
      ),
    ),
  executor: nonEmptyText(100)
    .optional()
    .meta(
      about(
        'Default executor',
        'Executor of tasks that name none (default: "claude").',
        'executor',
      ),
    ),
  model: nonEmptyText(200)
    .optional()
    .meta(
      about(
        'Default model',
        'Model of tasks that name none, where the executor knows it (default: "opus").',
        'model',
      ),
    ),
})

const agent = z.strictObject({
  executor: nonEmptyText(100)
    .optional()
    .meta(about('Executor', 'Stands behind coordinator.executor.', 'executor')),
  model: nonEmptyText(200)
    .optional()
    .meta(about('Model', 'Stands behind coordinator.model.', 'model')),
  heartbeat_timeout: duration('m', 10_000, 7 * 86_400_000)
    .default(5)
    .meta(
      about('Silence', 'Minutes without any sign of life before an agent CLI needs attention.'),
    ),
  end_silent: flag()
    .default(false)
    .meta(
      about(
        'End silent agents',
        'Ends a silent agent after three times heartbeat_timeout, and tries again.',
      ),
    ),
  done_grace: duration('m', 0, 7 * 86_400_000)
    .default(2)
    .meta(
      about(
        'After its report',
        'Minutes that an agent may go on after it has reported done or failed.',
      ),
    ),
  stop_grace: duration('s', 0, 3_600_000)
    .default(10)
    .meta(about('Grace', 'Seconds between the polite signal and the end of an agent’s processes.')),
  max_subtasks: whole(0, 10_000)
    .default(10)
    .meta(about('Added tasks', 'So many tasks may the agents of one task add.')),
  keep_output: duration('d', 3_600_000, 36_500 * 86_400_000)
    .default(30)
    .meta(
      about(
        'Whole output',
        'Days after the end of a task until its agents’ folders keep the end of the output only.',
      ),
    ),
})

const schedule = z.strictObject({
  missed: oneOf(missedPolicySchema.options, { once: 'Start once', skip: 'Skip', all: 'Start each' })
    .default('once')
    .meta(
      about(
        'Missed times',
        'What becomes of times that passed while nothing ran: once, skip or all.',
      ),
    ),
  tz: zone
    .optional()
    .meta(
      about('Time zone', 'Time zone of schedules that name none (default: that of this machine).'),
    ),
})

const store = z.strictObject({
  synchronous: oneOf(['normal', 'full'], { normal: 'Soon', full: 'Each commit' })
    .default('normal')
    .meta(
      about(
        'Written to the disk',
        '"full" also survives a power cut without losing the last moments; slower.',
      ),
    ),
  backups: whole(0, 1000)
    .default(5)
    .meta(about('Backups kept', 'Rolling backups kept in your data folder; 0 = none.')),
  backup_interval: duration('m', 60_000, 365 * 86_400_000)
    .default(60)
    .meta(about('Time between backups', 'Minutes between backups, while something changes.')),
})

/** As git takes it for a branch; no option, no range, no pattern. */
const branchName = nonEmptyText(200).regex(
  /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock$|[/.]$))[^\s~^:?*[\\]+$/,
  'must be the name of a branch, such as "main"',
)

const worktree = z.strictObject({
  copy: z
    .array(
      nonEmptyText(1000).regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$)).+$/, 'must lie below the folder'),
      'must be a list such as [".env"]',
    )
    .max(100)
    .default([])
    .meta(
      about(
        'Copied files',
        'Ignored files that each new worktree gets a copy of, as globs: [".env"].',
      ),
    ),
  setup: nonEmptyText(10_000)
    .optional()
    .meta(
      about(
        'Set up with',
        'A shell line that is run in each new worktree before its agent starts.',
      ),
    ),
  setup_timeout: duration('m', 1000, 86_400_000)
    .default(15)
    .meta(about('Time to set up', 'Minutes that setup may take.')),
  uncommitted: oneOf(UNCOMMITTED_POLICIES, {
    commit: 'Becomes part of the result',
    keep: 'Stays in the worktree',
  })
    .default('commit')
    .meta(
      about(
        'What is not committed',
        'What an agent leaves uncommitted: commit makes it part of the result, keep leaves it.',
      ),
    ),
  land: oneOf(LAND_POLICIES, {
    keep: 'When you say so',
    auto: 'By themselves',
    pr: 'Not, but prepared',
  })
    .default('keep')
    .meta(
      about(
        'Results are merged',
        'Results land: keep: when a person says so. auto: by themselves. pr: as a branch and a text.',
      ),
    ),
  target: branchName
    .optional()
    .meta(
      about(
        'Merged into',
        'The branch that results land on (default: the one that the main checkout has).',
      ),
    ),
  push: flag()
    .default(false)
    .meta(about('Push what is prepared', 'pr: true pushes the branch to the remote.')),
  remote: branchName.default('origin').meta(about('Remote', 'Where prepared branches are pushed.')),
  merger: nonEmptyText(100)
    .default('agent')
    .meta(
      about(
        'Who settles conflicts',
        'Who settles conflicts: agent, person, or the name of an executor.',
      ),
    ),
})

const caps = z.strictObject({
  models: z
    .record(name, whole(0, 1000))
    .default({})
    .meta(about('Agents of the model', 'At most so many agents at once per model.')),
  tags: z
    .record(tagName, whole(0, 1000))
    .default({})
    .meta(about('Agents of the tag', 'At most so many agents at once per tag.')),
})

const role = () => nonEmptyText(200).optional()
/** A table of its own beside the models, so no model can bear its name. */
export const ROLES_TABLE = 'roles'
const roles = z.strictObject({
  default: role().meta(
    about('Default', 'Stands behind coordinator.model and agent.model.', 'model'),
  ),
  evaluator: nonEmptyText(200)
    .default('standard')
    .meta(about('Evaluator', 'Judges what agents did.', 'model')),
  triage: nonEmptyText(200)
    .default('light')
    .meta(about('Triage', 'Looks after agents that are silent or have failed.', 'model')),
  assigner: nonEmptyText(200)
    .default('light')
    .meta(about('Assigner', 'Chooses who does a task.', 'model')),
  merger: role().meta(about('Merger', 'Joins what two agents did to the same lines.', 'model')),
  summariser: role().meta(about('Summariser', 'Puts long stories into few words.', 'model')),
} satisfies Record<Role, z.ZodType>)

const models = z
  .object({ [ROLES_TABLE]: roles.prefault({}) })
  .catchall(modelFileSchema)
  .superRefine((table, context) => {
    for (const key of Object.keys(table)) {
      const read = name.safeParse(key)
      if (!read.success)
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `: ${read.error.issues[0]?.message ?? 'is no name'}`,
        })
    }
  })

const budget = z.strictObject({
  day_usd: dollars('some').meta(
    about('Dollars a day', 'US dollars a day, after which no new agent starts until midnight.'),
  ),
  day_tokens: tokens().meta(about('Tokens a day', 'Tokens a day, input and output together.')),
  graph_usd: dollars('some').meta(
    about('Dollars in all', 'US dollars in all, after which no new agent starts.'),
  ),
  graph_tokens: tokens().meta(about('Tokens in all', 'Tokens in all, input and output together.')),
  graph_since: nonEmptyText(40)
    .refine(
      (text) => parseInstant(text) !== null,
      'must be a point in time such as "2026-03-01T09:00"',
    )
    .optional()
    .meta(
      about(
        'Counted from',
        'Where the count of graph_usd and graph_tokens begins (default: at the beginning).',
      ),
    ),
})

/** The table about this machine, which only the user's own file may have. */
export const MACHINE_TABLE = 'machine'

const memory = 'must be a number of bytes or a string such as "512MB" or "1GB", up to 1 PB'

const machine = z.strictObject({
  max_agents: whole(0, 1000)
    .optional()
    .meta(
      about(
        'Agents on this machine',
        'At most so many agents at once over all your yards (default: only their own caps).',
      ),
    ),
  min_free_memory: z
    .union([z.number(), z.string()], memory)
    .refine((value) => {
      const bytes = parseBytes(String(value))
      return bytes !== null && bytes <= 1e15
    }, memory)
    .optional()
    .meta(
      about(
        'Free memory',
        'Starts no agent while less memory is free: bytes or "1GB"; 0 never waits (default: 512 MB, less on small machines, 0 on macOS).',
      ),
    ),
})

export const configFileSchema = z.strictObject({
  coordinator: coordinator.prefault({}).describe('The loop that keeps the graph moving.'),
  agent: agent.prefault({}).describe('What holds for every agent.'),
  schedule: schedule.prefault({}).describe('Tasks that repeat.'),
  store: store.prefault({}).describe('How the yard is kept.'),
  worktree: worktree.prefault({}).describe('Worktrees of tasks, and how their results land.'),
  caps: caps.prefault({}).describe('Limits beside max_agents.'),
  executors: z
    .record(name, executorFileSchema)
    .default({})
    .describe('Named ways to run an agent. Every type is also an executor of that name.'),
  models: models.prefault({}).describe('The model registry.'),
  budget: budget.prefault({}).describe('What may be spent.'),
  ...judgingTables,
  ...mailTables,
  [MACHINE_TABLE]: machine
    .prefault({})
    .describe('This machine, over all your yards. Only in your own file, never in a project.'),
})
export type ConfigFile = z.infer<typeof configFileSchema>

/** To compile a parser for a file that is read once or twice takes longer than to read it without. */
export const READ_ONCE = { jitless: true } as const

/** For editors. `resources/config.schema.json` holds it; a test keeps the two equal. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configFileSchema, {
    io: 'input',
    target: 'draft-07',
    reused: 'inline',
  })
  return { ...schema, title: 'Configuration of a yard (.yard/config.toml)' }
}
