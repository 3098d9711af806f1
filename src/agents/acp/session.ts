/** Creates the agent's session, or resumes an earlier one where that is possible. */
import { methods, RequestError, type ClientContext, type McpServer } from '@agentclientprotocol/sdk'
import { workFailure } from '../../domain/failure.ts'
import { clip, oneLine } from '../../domain/output.ts'
import { JsonObject } from '../executors/readers/reader.ts'
import { WorkFailed } from '../executors/readers/exec-events.ts'
import { AUTH_REQUIRED } from './acp-failure.ts'
import type { AcpOrder } from './acp-order.ts'

export interface Session {
  readonly id: string
  /** False where there was nothing to resume, or the agent could not. */
  readonly isResumed: boolean
  /** Why the conversation could not be resumed; null otherwise. */
  readonly notResumed: string | null
}

interface SessionOptions extends Pick<AcpOrder, 'cwd' | 'resume' | 'mcpServers' | 'model'> {
  /** Where the variables of servers are read. */
  readonly env: NodeJS.ProcessEnv
}

export async function openSession(
  agent: ClientContext,
  options: SessionOptions,
  initialized: JsonObject,
): Promise<Session> {
  const resumed = options.resume === null ? null : await resume(agent, options, initialized)
  if (resumed !== null && typeof resumed !== 'string') {
    await chooseModel(agent, resumed, options.model)
    return { id: resumed.id, isResumed: true, notResumed: null }
  }
  const answer: unknown = await agent.request(methods.agent.session.new, {
    cwd: options.cwd,
    mcpServers: serversOf(options),
  })
  const id = new JsonObject(answer).text('sessionId')
  if (id === null || id === '')
    throw new WorkFailed(workFailure('crash', 'it made a session and gave no id for it'))
  await chooseModel(agent, { id, answer: new JsonObject(answer) }, options.model)
  return { id, isResumed: false, notResumed: resumed }
}

interface Opened {
  readonly id: string
  readonly answer: JsonObject
}

/** Or why it could not be. */
async function resume(
  agent: ClientContext,
  options: SessionOptions,
  initialized: JsonObject,
): Promise<Opened | string> {
  const { cwd, resume: id } = options
  const capabilities = initialized.object('agentCapabilities')
  const canResume = capabilities.object('sessionCapabilities').object('resume').isThere
  if (id === null || (!canResume && !capabilities.isTrue('loadSession')))
    return 'its agent cannot load a conversation'
  const request = { sessionId: id, cwd, mcpServers: serversOf(options) }
  try {
    // A loaded session replays its whole history, a resumed one does not.
    const answer: unknown = canResume
      ? await agent.request(methods.agent.session.resume, request)
      : await agent.request(methods.agent.session.load, request)
    return { id, answer: new JsonObject(answer) }
  } catch (error) {
    if (!(error instanceof RequestError) || error.code === AUTH_REQUIRED) throw error
    return `its agent did not find it (${clip(oneLine(error.message), 100)})`
  }
}

function serversOf({ mcpServers, env }: SessionOptions): McpServer[] {
  return mcpServers.map(({ name, command, args, variables }) => ({
    name,
    command,
    args,
    env: variables.flatMap((variable) => {
      const value = env[variable]
      return value === undefined ? [] : [{ name: variable, value }]
    }),
  }))
}

/** Chooses the model where the session offers a choice; a model that is not offered is a failure. */
async function chooseModel(
  agent: ClientContext,
  { id, answer }: Opened,
  model: string | null,
): Promise<void> {
  if (model === null) return
  const choice = answer
    .objects('configOptions')
    .find((option) => option.text('category') === 'model' || option.text('id') === 'model')
  const configId = choice?.text('id') ?? null
  if (!choice || configId === null)
    throw new WorkFailed(
      workFailure(
        'bad-model',
        `its model cannot be set: put {model} into the command of its executor, or name no model`,
      ),
    )
  const values = valuesOf(choice)
  if (!values.includes(model)) {
    const some = values.toSorted(likest(model)).slice(0, 20).join(', ') || 'none'
    const reason = clip(`it has no model ${model}; it offers ${some}`, 600)
    throw new WorkFailed(workFailure('bad-model', reason))
  }
  if (choice.text('currentValue') === model) return
  await agent.request(methods.agent.session.setConfigOption, {
    sessionId: id,
    configId,
    value: model,
  })
}

/** Those of the same provider first, where a name has one. */
function likest(model: string): (a: string, b: string) => number {
  const provider = model.slice(0, model.indexOf('/') + 1)
  const rank = (value: string): number => (provider !== '' && value.startsWith(provider) ? 0 : 1)
  return (a, b) => rank(a) - rank(b)
}

/** Options stand in a list, or in groups of lists. */
const valuesOf = (choice: JsonObject): readonly string[] =>
  choice
    .objects('options')
    .flatMap((option) => [option, ...option.objects('options')])
    .flatMap((option) => option.text('value') ?? [])
