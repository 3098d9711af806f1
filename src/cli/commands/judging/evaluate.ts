/** Having results judged, and what people decide of them: `yard evaluate`, `yard approve`, `yard reject`, `yard score`. */
import { InvalidArgumentError } from 'commander'
import { err } from '../../../base/result.ts'
import type { EvaluationRow } from '../../../contract/judging.ts'
import type { TaskView } from '../../../contract/view.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import { DIMENSIONS, type Dimension } from '../../../domain/judging/score.ts'
import { hintOf } from '../../../domain/near-match.ts'
import { askYard, withYard, type Connection } from '../../connect/connect.ts'
import { judgementEnd } from '../../connect/judgement-end.ts'
import {
  argument,
  defineCommand,
  option,
  printed,
  type Cli,
  type Outcome,
} from '../../spec/define.ts'
import { agentId, definedFields, quoted, taskId } from '../../spec/values.ts'
import { isEvaluation, resultText } from '../../text/scores.ts'

const id = argument('<id>', 'the task', taskId)

export const evaluate = defineCommand({
  arguments: { id },
  options: {
    agent: option('--agent <agent>', 'that try, not the latest that has ended', agentId),
    executor: option('--executor <name>', 'asks this executor'),
    model: option('--model <name>', 'asks this model'),
    wait: option('--wait', 'waits for the score: exit 0 when it is scored, 1 when not'),
  },
  notes: [
    'Also where the gate is off: then the score decides nothing. While a judgement of that try is open, it is that one.',
  ],
  examples: ['yard evaluate build --wait', 'yard evaluate build --executor claude --model opus'],
  handler: (cli, { id: task, wait, ...wish }) =>
    withYard(cli, async (yard) => {
      const asked = await yard.client.task.evaluate({
        id: task,
        ...definedFields(wish),
        commandId: cli.commandId,
      })
      if (wait) return awaitScore(cli, yard, { id: asked.id, agent: asked.agent, task })
      const outcome = printed(cli, { id: asked.id }, () => asked.id)
      if (yard.owner === null)
        cli.print.progress(
          'no host runs here: it is asked once one does, such as yard service start',
        )
      return outcome
    }),
})

async function awaitScore(
  cli: Cli,
  { client, owner }: Connection,
  asked: { readonly id: string; readonly task: string; readonly agent: string | null },
): Promise<Outcome> {
  if (owner === null)
    return err(
      failure('not-running', `${asked.id} is recorded, and no host runs that would ask`, {
        hint: 'yard service start: it is asked then; yard evaluations shows the score',
      }),
    )
  const told = new Set<string>()
  let last = await judgementEnd(cli.print, client, asked.id, told)
  // A close call asks for more looks.
  for (;;) {
    const living = await client.judgement.list({ task: asked.task, living: true })
    const next = living.find(
      ({ purpose, agent }) => purpose === 'evaluation' && agent === asked.agent,
    )
    if (!next) break
    last = await judgementEnd(cli.print, client, next.id, told)
  }
  const [latest] = (await client.evaluation.list({ task: asked.task, limit: 20 }))
    .filter(isEvaluation)
    .filter(({ agent }) => agent === asked.agent)
  if (latest?.status !== 'scored' || !latest.judgements.includes(asked.id))
    return err(
      failure(
        'no-judge',
        `${asked.id} is unanswered: ${last.reason ?? latest?.reason ?? 'no score'}`,
        {
          hint: `yard judgements show ${asked.id} --answer shows what came back`,
          facts: { id: asked.id },
        },
      ),
    )
  return printed(cli, { id: asked.id, evaluation: latest.id, score: latest.score }, () =>
    resultText(latest),
  )
}

const stateLine = ({ id: task, state }: TaskView): string => `${task} is ${state}`

export const approve = defineCommand({
  arguments: { id },
  options: { note: option('--note <text>', 'why, for the log') },
  notes: ['A task whose result is being judged, or that waits for an evaluation or an approval.'],
  examples: ['yard approve build', 'yard approve build --note "seen it run"'],
  handler: (cli, { id: task, note }) =>
    askYard(
      cli,
      (client) =>
        client.task.approve({ id: task, ...definedFields({ note }), commandId: cli.commandId }),
      stateLine,
    ),
})

export const reject = defineCommand({
  arguments: { id },
  options: { note: option.required('--note <text>', 'what is wrong, for the next try') },
  notes: [
    'As approve, and a task that is done as long as it has not landed. It spends no attempt.',
  ],
  examples: ['yard reject build --note "the flag is missing in the help"'],
  async handler(cli, { id: task, note }) {
    if (note.trim() === '') return err(emptyNote)
    return askYard(
      cli,
      (client) => client.task.reject({ id: task, note, commandId: cli.commandId }),
      stateLine,
    )
  },
})

const emptyNote = failure('bad-request', 'the note is empty', { hint: 'say it in a line' })

/** A number from 0 to 1. */
function scoreValue(text: string): number {
  const value = /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(text.trim()) ? Number(text) : NaN
  if (value >= 0 && value <= 1) return value
  throw new InvalidArgumentError(`${quoted(text)} is no score: write a number from 0 to 1`)
}

/** `correctness=0.8` */
function dimensionValue(text: string): readonly [Dimension, number] {
  const [name = '', value] = text.split('=', 2)
  const known = DIMENSIONS.find((each) => each === name.trim())
  if (known && value === undefined)
    throw new InvalidArgumentError(`${quoted(text)} has no score: write ${known}=0.8`)
  if (known && value !== undefined) return [known, scoreValue(value)]
  throw new InvalidArgumentError(
    `${quoted(name)} is no dimension; ${hintOf(name, DIMENSIONS, 'dimensions')}`,
  )
}

export const score = defineCommand({
  arguments: {
    what: argument(
      '<id|eval>',
      'the task, by its latest result, or an evaluation such as eval-3',
      taskId,
    ),
    value: argument('[score]', 'from 0 to 1', scoreValue),
  },
  options: {
    dimension: option.list(
      '--dimension <name=score>',
      'of one dimension; may be given again',
      (text) => {
        dimensionValue(text)
        return [text]
      },
    ),
    note: option('--note <text>', 'why; needed unless --clear or --audit is given'),
    clear: option('--clear', "takes people's score back; the model's counts again"),
    audit: option(
      '--audit',
      'given before the model’s was seen: it measures the judge and is not effective',
    ),
  },
  exclusive: [['clear', 'audit']],
  notes: [
    'It settles the gate of a task that still waits for a score, before its judge has answered too; a task that is finished it never moves.',
  ],
  examples: [
    'yard score build 0.6 --note "it breaks on an empty list"',
    'yard score eval-3 0.8 --dimension correctness=0.9 --note "good"',
    'yard score build --clear',
  ],
  async handler(cli, { what, value, dimension, note, clear, audit }) {
    const wrong = issueOf({ value, note, clear, audit })
    if (wrong) return err(wrong)
    return withYard(cli, async ({ client }) => {
      const dimensions = Object.fromEntries((dimension ?? []).map(dimensionValue))
      const row = await client.evaluation.score({
        id: what,
        ...(clear ? { clear: true as const } : {}),
        ...definedFields({ score: value, note }),
        ...(audit ? { audit } : {}),
        ...(dimension === undefined ? {} : { dimensions }),
        commandId: cli.commandId,
      })
      return printed(cli, row, () => scoredLine(row, audit))
    })
  },
})

const scoredLine = (row: EvaluationRow, isAudit: boolean): string =>
  isAudit
    ? `${row.id}: audited; the judge said ${resultText({ ...row, score: row.modelScore })}`
    : `${row.id} of ${row.task}: ${resultText(row)}`

function issueOf(given: {
  readonly value: number | undefined
  readonly note: string | undefined
  readonly clear: boolean
  readonly audit: boolean
}): Failure | null {
  const { value, note, clear, audit } = given
  if (clear !== (value === undefined))
    return failure(
      'bad-request',
      clear ? 'a score and --clear were both given' : 'no score was given',
      {
        hint: 'a number from 0 to 1, or --clear',
      },
    )
  if (clear || audit || (note ?? '').trim() !== '') return null
  return failure('bad-request', '--note is missing', { hint: 'say why, in a line' })
}
