/** `yard done` and `yard fail`: by a person, or by an agent about its own task. */
import { err, ok, type Result } from '../../base/result.ts'
import { jsonFault } from '../../domain/bounds.ts'
import { reportableClassSchema, type Failure } from '../../domain/failure.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import type { Connection } from '../connection.ts'
import type { Words } from '../words.ts'

export async function done(cli: Cli, words: Words): Promise<Outcome> {
  const artifacts = artifactsFrom(words.text('artifacts'))
  if (!artifacts.ok) return artifacts
  return withYard(cli, async (yard) => {
    const task = await yard.client.task.complete({
      ...whoseReport(yard, words),
      ...(artifacts.value === null ? {} : { artifacts: artifacts.value }),
      ...(words.flag('force') ? { force: true } : {}),
      commandId: cli.commandId,
    })
    cli.print.result(task, () => cli.print.line(reportWords(task.id, task.state, 'done')))
    return ok(0)
  })
}

export async function fail(cli: Cli, words: Words): Promise<Outcome> {
  const reason = words.text('reason')?.trim() ?? ''
  if (reason === '')
    return err({ kind: 'bad-request', message: 'the reason is empty', hint: 'say it in a line' })
  return withYard(cli, async (yard) => {
    const given = words.text('class')
    const task = await yard.client.task.fail({
      ...whoseReport(yard, words),
      reason,
      ...(given === undefined ? {} : { class: reportableClassSchema.parse(given) }),
      commandId: cli.commandId,
    })
    cli.print.result(task, () => cli.print.line(reportWords(task.id, task.state, 'failed')))
    return ok(0)
  })
}

/** The report of an agent that still runs is kept until it ends. */
const reportWords = (id: string, state: string, said: string): string =>
  state === 'in-progress' ? `noted: ${id} is ${said} once its agent has ended` : `${id} is ${state}`

/** An agent speaks of its own generation, so that a late word changes nothing. */
function whoseReport({ caller }: Connection, words: Words) {
  const agent = words.text('agent')
  const generation = caller.kind === 'agent' ? caller.generation : null
  return {
    id: words.arg(0),
    ...(agent === undefined ? {} : { agent }),
    ...(generation === null ? {} : { generation }),
  }
}

type Artifacts = string[] | Record<string, unknown>

export function artifactsFrom(text: string | undefined): Result<Artifacts | null, Failure> {
  if (text === undefined) return ok(null)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return wrong('--artifacts is no JSON')
  }
  if (Array.isArray(value)) {
    const paths = value.filter((item): item is string => typeof item === 'string')
    return paths.length === value.length ? ok(paths) : wrong('--artifacts: a list holds paths only')
  }
  if (typeof value === 'object' && value !== null) {
    const fault = jsonFault(value)
    return fault === null
      ? ok(Object.fromEntries(Object.entries(value)))
      : wrong(`--artifacts ${fault}`)
  }
  return wrong('--artifacts is neither a list nor an object')
}

const wrong = (message: string): Result<never, Failure> =>
  err({ kind: 'bad-request', message, hint: `write it like '["report.md"]' or '{"score": 3}'` })
