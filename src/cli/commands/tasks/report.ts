/** `yard done` and `yard fail`, by a person or by an agent about its own task; `yard ask` by an agent, `yard answer` by a person. */
import { reportableClassSchema } from '../../../domain/schemas.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import type { TaskView } from '../../../contract/view.ts'
import { jsonIssue } from '../../../domain/bounds.ts'
import { type Failure } from '../../../domain/failure.ts'
import { askYard, withYard, type Connection } from '../../connect/connect.ts'
import type { Client } from '../../connect/owner.ts'
import {
  argument,
  defineCommand,
  option,
  printed,
  type Cli,
  type Outcome,
} from '../../spec/define.ts'
import { agentId, definedFields, taskId } from '../../spec/values.ts'

const id = argument('<id>', 'the task', taskId)
const agent = option('--agent <agent>', 'in the name of this agent', agentId)

export const done = defineCommand({
  arguments: { id },
  options: {
    agent,
    artifacts: option('--artifacts <json>', 'its results: a list of paths, or any JSON object'),
    force: option('--force', 'also when it is blocked'),
  },
  notes: ['If an agent works on it, the agent is ended as superseded.'],
  examples: ['yard done review', `yard done build --artifacts '["dist/app.js"]'`],
  async handler(cli, { artifacts: text, force, ...given }) {
    const artifacts = artifactsFrom(text)
    if (!artifacts.ok) return artifacts
    return withYard(cli, async (yard) => {
      const task = await yard.client.task.complete({
        ...reporter(yard, given),
        ...(artifacts.value === null ? {} : { artifacts: artifacts.value }),
        ...(force ? { force } : {}),
        commandId: cli.commandId,
      })
      return printed(cli, task, () => reportedLine(task, 'done'))
    })
  },
})

export const fail = defineCommand({
  arguments: { id },
  options: {
    reason: option.required('--reason <text>', 'why, in a line'),
    agent,
    class: option.oneOf(
      '--class <class>',
      'the kind of failure (else reported)',
      reportableClassSchema.options,
    ),
  },
  examples: ['yard fail deploy --reason "the key has expired"'],
  async handler(cli, { reason: text, class: failureClass, ...given }) {
    const reason = text.trim()
    if (reason === '')
      return err({ kind: 'bad-request', message: 'the reason is empty', hint: 'say it in a line' })
    return withYard(cli, async (yard) => {
      const task = await yard.client.task.fail({
        ...reporter(yard, given),
        reason,
        ...definedFields({ class: failureClass }),
        commandId: cli.commandId,
      })
      return printed(cli, task, () => reportedLine(task, 'failed'))
    })
  },
})

/** The report of an agent that still runs is kept until it ends. */
const reportedLine = ({ id: task, state }: TaskView, reported: string): string =>
  state === 'in-progress'
    ? `noted: ${task} is ${reported} once its agent has ended`
    : `${task} is ${state}`

/** An agent reports for its own generation, so that a late report changes nothing. */
function reporter(
  { caller }: Connection,
  given: { readonly id: string; readonly agent: string | undefined },
) {
  const generation = caller.kind === 'agent' ? caller.generation : null
  return {
    id: given.id,
    ...definedFields({ agent: given.agent }),
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
    const fault = jsonIssue(value)
    return fault === null
      ? ok(Object.fromEntries(Object.entries(value)))
      : wrong(`--artifacts ${fault}`)
  }
  return wrong('--artifacts is neither a list nor an object')
}

const wrong = (message: string): Result<never, Failure> =>
  err({ kind: 'bad-request', message, hint: `write it like '["report.md"]' or '{"score": 3}'` })

export const ask = defineCommand({
  arguments: { id, question: argument('<question>', 'what must be known to go on') },
  options: { to: option('--to <name>', 'a member that is asked, not a person') },
  notes: ['The agent ends then; once the answer is there, another goes on in its conversation.'],
  handler: (cli, { id: task, question, to }) =>
    sendText(cli, {
      command: 'ask',
      what: 'question',
      id: task,
      text: question,
      send: (client, request) => client.task.ask({ ...request, ...definedFields({ to }) }),
      line: (view) =>
        `asked: ${view.id} waits for the answer once this agent has ended, so end now`,
    }),
})

export const answer = defineCommand({
  arguments: { id, text: argument('<text>', 'the answer') },
  examples: ['yard answer palette "The blue one."'],
  handler: (cli, { id: task, text }) =>
    sendText(cli, {
      command: 'answer',
      what: 'answer',
      id: task,
      text,
      send: (client, request) => client.task.answer(request),
      line: ({ id: answered, state }) => `answered: ${answered} is ${state}`,
    }),
})

interface Message {
  readonly command: 'ask' | 'answer'
  readonly what: string
  readonly id: string
  readonly text: string
  send(client: Client, request: { id: string; text: string; commandId: string }): Promise<TaskView>
  line(task: TaskView): string
}

async function sendText(
  cli: Cli,
  { command, what, id: task, send, line, ...message }: Message,
): Promise<Outcome> {
  const text = message.text.trim()
  if (text === '')
    return err({
      kind: 'bad-request',
      message: `the ${what} is empty`,
      hint: `say it in quotes: yard ${command} ${task} "…"`,
    })
  return askYard(cli, (client) => send(client, { id: task, text, commandId: cli.commandId }), line)
}
