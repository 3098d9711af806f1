/** `yard evaluations`: what was judged of results. */
import { createInterface, type Interface } from 'node:readline/promises'
import { InvalidArgumentError } from 'commander'
import { err, ok } from '../../../base/result.ts'
import {
  EVALUATION_GROUPS,
  type EvaluationFigures,
  type EvaluationRow,
} from '../../../contract/judging.ts'
import { failure } from '../../../domain/failure.ts'
import { dollarsText } from '../../../domain/format.ts'
import { DIMENSIONS, keptText } from '../../../domain/judging/score.ts'
import { askYard, withYard } from '../../connect/connect.ts'
import type { Client } from '../../connect/owner.ts'
import {
  argument,
  defineCommand,
  defineSubcommand,
  option,
  printed,
  type Cli,
} from '../../spec/define.ts'
import { definedFields, quoted, taskId, whole } from '../../spec/values.ts'
import { askLine } from '../../text/ask.ts'
import { clock, count, dateTimeText } from '../../text/format.ts'
import { manyLines, oneLine } from '../../text/print.ts'
import { identityText, isEvaluation, resultText, shownScore } from '../../text/scores.ts'

/** A number from 0 to 1. */
function share(text: string): number {
  const value = /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(text.trim()) ? Number(text) : NaN
  if (value >= 0 && value <= 1) return value
  throw new InvalidArgumentError(`${quoted(text)} is no number from 0 to 1`)
}

const show = defineSubcommand({
  name: 'show',
  summary: 'shows all about one evaluation',
  arguments: { id: argument('<eval>', 'such as eval-3') },
  handler: (cli, { id }) =>
    askYard(
      cli,
      (client) => client.evaluation.get({ id }),
      (row) => printOne(cli, row),
    ),
})

const MAX_DIFF_BYTES = 2_000_000

const audit = defineSubcommand({
  name: 'audit',
  summary: 'lets you score results before you see what their judge said',
  arguments: { n: argument('[n]', 'how many', whole(1, 100)) },
  notes: [
    'Drawn at random among what judges have scored and no person has. Only what is scored blind tells how good a judge is. On a terminal; with --json the draw without scores, to be answered with `yard score EVAL S --audit`.',
  ],
  examples: ['yard evaluations audit 5'],
  handler: (cli, { n = 1 }) =>
    withYard(cli, async ({ client }) => {
      const { print, machine } = cli
      if (!print.isJson && machine.stdin.isTTY !== true)
        return err(
          failure('bad-request', 'an audit is typed on a terminal', {
            hint: '--json gives the draw; yard score EVAL S --audit answers it',
          }),
        )
      const drawn = await client.evaluation.audit({ limit: n })
      if (print.isJson) return printed(cli, drawn, () => {})
      if (drawn.length === 0) print.line('every scored result has been audited or overridden')
      const terminal = createInterface({ input: machine.stdin, output: machine.stderr })
      try {
        for (const [nth, each] of drawn.entries()) {
          const about = { ...each, nth: `${nth + 1} of ${drawn.length}` }
          if (await auditOne(cli, client, terminal, about)) continue
          print.line('\nended here; what was scored is kept')
          break
        }
      } finally {
        terminal.close()
      }
      return ok(0)
    }),
})

interface Drawn {
  readonly id: string
  readonly task: string
  readonly agent: string
  readonly nth: string
}

/** False where the person ended it. */
async function auditOne(
  { print, commandId }: Cli,
  client: Client,
  terminal: Interface,
  { id, task: taskName, agent, nth }: Drawn,
): Promise<boolean> {
  const task = await client.task.get({ id: taskName })
  print.line(print.paint('bold', `${nth}  ${task.id}  ${oneLine(task.title)}`))
  if (task.description) print.line(manyLines(task.description))
  const diff = await client.change
    .diff({ task: task.id, agent, maxBytes: MAX_DIFF_BYTES })
    .catch(() => null)
  for (const { patch } of diff?.files ?? []) print.line(manyLines(patch))
  if (!diff?.files.length) print.line(`no change in git; yard output ${agent} shows what it said`)
  for (;;) {
    const typed = await askLine(terminal, 'Your score, 0 to 1 (empty leaves it out): ')
    if (typed === null) return false
    if (typed === '') return true
    const score = Number(typed)
    if (!(score >= 0 && score <= 1)) {
      print.line(`${JSON.stringify(typed)} is no number from 0 to 1`)
      continue
    }
    const row = await client.evaluation.score({
      id,
      score,
      audit: true,
      commandId: `${commandId}:${id}`,
    })
    print.line(`you ${shownScore(score)}, the judge ${shownScore(row.modelScore)}\n`)
    return true
  }
}

export const evaluations = defineCommand({
  options: {
    task: option('--task <id>', 'of this task', taskId),
    model: option('--model <name>', 'of work by this model'),
    executor: option('--executor <name>', 'of work by this executor'),
    identity: option('--identity <id|name>', 'of work by this identity'),
    kind: option('--kind <kind>', 'of this kind of work'),
    below: option('--below <score>', 'scored less than this', share),
    since: option('--since <time>', 'from this time or day on, such as 2026-03-01'),
    limit: option('--limit <n>', 'at most so many (default: 100)', whole(1, 10_000)),
    by: option.oneOf('--by <group>', 'sums them up', EVALUATION_GROUPS),
  },
  subcommands: [show, audit],
  notes: [
    'Newest first. Executor, model and identity are those of the work, not of its judge.',
    'With --by: the latest score of each try; COST is that of the work. PER PASSED counts what did not pass, too.',
  ],
  examples: ['yard evaluations --below 0.7', 'yard evaluations --by model --since 2026-03-01'],
  handler: (cli, filter) =>
    askYard(
      cli,
      (client) => client.evaluation.list(definedFields(filter)),
      (rows) => {
        const list = rows.filter(isEvaluation)
        const groups = rows.filter((row) => !isEvaluation(row))
        if (rows.length === 0) cli.print.progress('no evaluation fits')
        else if (filter.by === undefined) printList(cli, list)
        else printGroups(cli, filter.by, groups as EvaluationFigures[])
      },
    ),
})

const nameOf = (judge: EvaluationRow['judge']): string =>
  judge === null ? '' : [judge.executor, judge.model].filter(Boolean).join('/')

function printList({ print }: Cli, rows: readonly EvaluationRow[]): void {
  print.table(
    ['EVALUATION', 'TASK', 'AGENT', 'RESULT', 'BY', 'WORKER', 'KIND', 'WHEN', 'NOTES'],
    rows.map((row) => [
      row.id,
      row.task,
      row.agent,
      resultText(row),
      row.override?.by ?? row.kept?.by ?? nameOf(row.judge),
      [row.worker?.executor, row.worker?.model].filter(Boolean).join('/'),
      row.kind,
      clock(row.at),
      row.notes,
    ]),
  )
}

const percent = (value: number | null): string =>
  value === null ? '' : `${Math.round(value * 100)} %`
const usd = (value: number | null): string => (value === null ? '' : dollarsText(value))

function printGroups({ print }: Cli, by: string, groups: readonly EvaluationFigures[]): void {
  print.table(
    [by.toUpperCase(), 'N', 'MEAN', 'P25', 'P50', 'P75', 'PASSED', 'COST', 'PER PASSED'],
    groups.map((group) => [
      identityText({ id: group.key, name: group.name }) ?? 'none',
      `${count(group.n)}${group.isFew ? ' (few)' : ''}`,
      shownScore(group.mean),
      shownScore(group.quartiles?.p25),
      shownScore(group.quartiles?.p50),
      shownScore(group.quartiles?.p75),
      percent(group.passedShare),
      usd(group.meanCostUsd),
      usd(group.costPerPassedUsd),
    ]),
  )
}

function printOne(cli: Cli, row: EvaluationRow): void {
  const { print } = cli
  print.line(print.paint('bold', `${row.id}  ${row.task}  ${oneLine(row.title ?? '')}`))
  for (const [name, value] of factsOf(row))
    if (value) print.line(`  ${name.padEnd(9)} ${oneLine(value)}`)
  printDimensions(cli, row)
  if (row.criteria.length > 0) print.line('\nCriteria')
  for (const { text, verdict, at } of row.criteria)
    print.line(`  ${verdict.padEnd(8)} ${oneLine(text)}${placeText(at)}`)
  if (row.notes) print.line(`\nNotes\n${manyLines(row.notes)}`)
  for (const { name, ok: isOk, tail } of row.checks)
    print.line(`\nCheck ${oneLine(name)} ${isOk ? 'passed' : 'failed'}\n${manyLines(tail)}`)
}

const placeText = (at: string | null): string => (at === null ? '' : ` (${oneLine(at)})`)

function printDimensions({ print }: Cli, { dimensions, evidence }: EvaluationRow): void {
  if (dimensions === null) return
  print.line('\nDimensions')
  for (const name of DIMENSIONS) {
    const said = evidence[name]
    const line = `  ${name.padEnd(22)} ${shownScore(dimensions[name]) || 'null'}`
    print.line(said ? `${line.padEnd(30)} ${oneLine(said.text)}${placeText(said.at)}` : line)
  }
}

const factsOf = (row: EvaluationRow): readonly (readonly [string, string | null])[] => [
  ['score', resultText(row)],
  ['model', row.override ? shownScore(row.modelScore) : null],
  [
    'override',
    row.override && `${shownScore(row.override.score)} by ${row.override.by}: ${row.override.note}`,
  ],
  ['gate', row.gate],
  ['when', dateTimeText(row.at)],
  ['agent', row.agent],
  ['worker', row.worker && [row.worker.executor, row.worker.model].filter(Boolean).join('/')],
  [
    'identity',
    row.worker && identityText({ id: row.worker.identity, name: row.worker.identityName }),
  ],
  ['kind', row.kind],
  ['judge', row.judge && `${nameOf(row.judge)}, prompt ${row.judge.prompt}`],
  ['looks', looksText(row)],
  ['asked', row.judgements.join(', ')],
  ['marks', row.marks.join(', ')],
  ['facts', row.facts.join('; ')],
  ['price', row.costUsd === null ? null : dollarsText(row.costUsd)],
]

function looksText({ looks, spread, kept }: EvaluationRow): string {
  if (kept) return `none: ${keptText(kept)}`
  if (looks === 0) return 'none'
  return `${count(looks)}${spread === null ? '' : `, ${shownScore(spread)} apart`}`
}
