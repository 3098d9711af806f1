/** Keys of what the yard asks models for: judging, evaluation, triage, assignment, learned routing. */
import { z } from 'zod'
import { DEFAULT_KINDS } from '../domain/judging/kind.ts'
import { ON_FAILURE } from '../domain/judging/judging-settings.ts'
import { DEFAULT_WEIGHTS, GATE_FORM, type Gate, parseGate } from '../domain/judging/score.ts'
import {
  about,
  amount,
  dollars,
  duration,
  flag,
  name,
  nonEmptyText,
  oneOf,
  tagName,
  tokens,
  whole,
} from './value-schemas.ts'

/** A number is a threshold. */
export const gateOf = (value: number | string): Gate | null => {
  if (typeof value === 'string') return parseGate(value)
  return value > 0 && value <= 1 ? { mode: 'gated', threshold: value } : null
}

const gate = () =>
  z.union([z.number(), z.string()], GATE_FORM).refine((value) => gateOf(value) !== null, GATE_FORM)

const list = (example: string, most: number, each = nonEmptyText(200)) =>
  z.array(each, `must be a list such as ${example}`).max(most, `has more than ${most} entries`)

const pattern = nonEmptyText(1000).refine((text) => {
  try {
    return new RegExp(text, 'g') instanceof RegExp
  } catch {
    return false
  }
}, 'must be a regular expression such as "sk-[a-z0-9]+"')

/** Of secrets, then of what tells a judge nothing. */
const EXCLUDED = [
  ...['.env*', '*.pem', '*.key', 'id_*'],
  ...['*.lock', '*-lock.json', '*-lock.yaml', 'go.sum'],
  ...['*.min.js', '*.min.css', '*.map', '*.generated.*', '*.pb.go', '*_pb2.py'],
]

const judging = z.strictObject({
  executor: z
    .union(
      [nonEmptyText(100), list('["claude", "codex"]', 20, nonEmptyText(100)).min(1)],
      'must be the name of an executor or a list such as ["claude", "codex"]',
    )
    .optional()
    .meta(
      about(
        'Judges',
        'Executors that are asked to judge, a name or a list (default: the yard’s own, if a model stands behind it).',
        'list',
      ),
    ),
  lane: whole(1, 100)
    .optional()
    .meta(
      about(
        'Questions at once',
        'At most so many questions at once, beside max_agents (default: an eighth of it, at least 2).',
      ),
    ),
  timeout: duration('m', 10_000, 3_600_000)
    .default(5)
    .meta(about('Time to answer', 'Minutes that one call of a judge may take.')),
  patience: duration('m', 0, 7 * 86_400_000)
    .default(60)
    .meta(about('Patience', 'Minutes that a sleeping provider is waited for.')),
  day_usd: dollars('some').meta(
    about(
      'Dollars a day',
      'US dollars a day for judging, after which nobody is asked until midnight.',
    ),
  ),
  day_tokens: tokens().meta(
    about('Tokens a day', 'Tokens a day for judging, input and output together.'),
  ),
  max_input: whole(10_000, 2_000_000)
    .default(120_000)
    .meta(about('Size of a question', 'Characters of one question; longer material is cut.')),
  redact: list('["customer-[0-9]+"]', 50, pattern)
    .default([])
    .meta(
      about(
        'Masked texts',
        'Regular expressions; what they match is masked in all that judges are sent.',
      ),
    ),
  exclude: list('[".env*"]', 200)
    .default([...EXCLUDED])
    .meta(
      about(
        'Files not shown',
        'Globs of changed files that judges are told the names of and never shown.',
      ),
    ),
  canaries: oneOf(['ask', 'auto', 'off'], {
    ask: 'When you say so',
    auto: 'By themselves',
    off: 'Never',
  })
    .default('ask')
    .meta(
      about(
        'Judges are measured',
        'How a judge that is new or has changed is measured: ask proposes it, auto does it, off leaves it.',
      ),
    ),
  kinds: list('["docs", "test"]', 50, nonEmptyText(100))
    .default([...DEFAULT_KINDS])
    .meta(about('Kinds of tasks', 'Tags that are the kind of a task which names none.', 'list')),
})

const weight = (value: number, title: string) =>
  amount(0, 1)
    .default(value)
    .meta(about(title, 'Its share of the score; all shares together are 1.'))

const weights = z.strictObject({
  correctness: weight(DEFAULT_WEIGHTS.correctness, 'Correctness'),
  completeness: weight(DEFAULT_WEIGHTS.completeness, 'Completeness'),
  efficiency: weight(DEFAULT_WEIGHTS.efficiency, 'Efficiency'),
  style_adherence: weight(DEFAULT_WEIGHTS.style_adherence, 'Style adherence'),
  downstream_usability: weight(DEFAULT_WEIGHTS.downstream_usability, 'Downstream usability'),
  coordination_overhead: weight(DEFAULT_WEIGHTS.coordination_overhead, 'Coordination overhead'),
  blocking_impact: weight(DEFAULT_WEIGHTS.blocking_impact, 'Blocking impact'),
})

const shellLine = nonEmptyText(10_000)
const check = z.union(
  [
    shellLine,
    z.strictObject({
      run: shellLine,
      gate: flag().default(true),
      timeout: duration('m', 1000, 86_400_000).default(10),
    }),
  ],
  'must be a shell line or { run = "npm test", gate = false, timeout = "10m" }',
)

const evaluation = z.strictObject({
  gate: gate()
    .default('off')
    .meta(
      about(
        'Gate',
        'What a result must pass before its task is done: off, score, person, or the least score such as 0.7.',
      ),
    ),
  retries: whole(0, 10)
    .default(2)
    .meta(about('Retries', 'How often a result below its gate is tried again, with the notes.')),
  second_look: amount(0, 0.5)
    .default(0.1)
    .meta(
      about('Second look', 'Scores this near to the gate are judged twice more; 0 never does.'),
    ),
  on_failure: oneOf(ON_FAILURE, {
    pass: 'It passes',
    hold: 'It waits for a person',
    fail: 'It fails',
  })
    .default('hold')
    .meta(
      about(
        'Without a score',
        'What becomes of a result that nobody could score: pass, hold or fail.',
      ),
    ),
  wait: flag()
    .default(true)
    .meta(
      about(
        'Wait for the score',
        'Gate "score" only: false has the task done at once, and scored behind it.',
      ),
    ),
  tags: z
    .record(tagName, gate())
    .default({})
    .meta(about('Gate of the tag', 'The gate of tasks with this tag; the strictest one counts.')),
  weights: weights.prefault({}).describe('What each dimension counts; together 1.'),
  checks: z
    .record(name, check)
    .default({})
    .meta(
      about(
        'Check',
        'A shell line that is run before a result is judged; one that fails counts as below the gate.',
      ),
    ),
})

const triage = z.strictObject({
  auto: flag()
    .default(false)
    .meta(
      about(
        'Triage by a model',
        'Asks a model what becomes of agents that were lost, timed out, crashed or are silent.',
      ),
    ),
  timeout: duration('s', 5000, 600_000)
    .default(30)
    .meta(about('Time for a verdict', 'Seconds until what happens without a verdict happens.')),
  tail: whole(1000, 500_000)
    .default(50_000)
    .meta(about('Output shown', 'Bytes of the end of an agent’s output that the model is sent.')),
})

const assignment = z.strictObject({
  auto: flag()
    .default(false)
    .meta(
      about(
        'Assignment by a model',
        'Chooses identity, mode and context of a task before its first agent, where nobody has.',
      ),
    ),
  timeout: duration('s', 1000, 300_000)
    .default(10)
    .meta(about('Time to choose', 'Seconds until the defaults hold.')),
  identities: z
    .union(
      [nonEmptyText(200), list('["Careful Programmer"]', 500).min(1)],
      'must be "all" or a list of identities such as ["Careful Programmer"]',
    )
    .default('all')
    .meta(
      about(
        'Identities',
        'Who may be chosen: "all", or a list of names and ids, or their prefixes.',
        'list',
      ),
    ),
})

const arm = nonEmptyText(300).regex(
  /^[^/\s]\S*\/\S*[^/\s]$/,
  'must be executor/model, such as "claude/sonnet"',
)

const routing = z.strictObject({
  learn: flag()
    .default(false)
    .meta(
      about('Learn from scores', 'Chooses executor and model of tasks that name none by scores.'),
    ),
  arms: list('["claude/sonnet", "claude/haiku"]', 50, arm)
    .default([])
    .meta(
      about('Choices', 'Executors with a model that are chosen from: ["claude/sonnet"]. None yet.'),
    ),
  point_usd: amount(0, 1000)
    .default(0.02)
    .meta(about('Worth of a point', 'US dollars that .01 of score is worth.')),
  hour_usd: amount(0, 10_000)
    .default(0)
    .meta(about('Worth of an hour', 'US dollars that an hour is worth.')),
  explore: amount(0, 0.5)
    .default(0.1)
    .meta(about('Exploration', 'Share of a kind’s tasks that may go elsewhere to learn.')),
  half_life: whole(10, 10_000)
    .default(100)
    .meta(about('Half-life', 'Tries of a kind after which an older one counts half.')),
})

/** The tables of a config file. */
export const judgingTables = {
  judging: judging.prefault({}).describe('Who is asked to judge, and what they are shown.'),
  evaluation: evaluation.prefault({}).describe('How results are judged before they count.'),
  triage: triage.prefault({}).describe('What becomes of agents that ended without a word.'),
  assignment: assignment.prefault({}).describe('Who does a task, where nobody said so.'),
  routing: routing.prefault({}).describe('Executors and models chosen by what they scored.'),
}
