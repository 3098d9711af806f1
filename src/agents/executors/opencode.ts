/**
 * `opencode`: headless (`opencode run --format json`). Prompt on stdin; it chooses the conversation's id, and a conversation must be
 * gone on with in the folder in which it began. Its models are named `provider/model`.
 */
import type { Usage } from '../../domain/agent.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { oneLine } from '../../domain/output.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { OutputReader } from './executor.ts'
import { KEY_VARIABLE } from './launch/environment.ts'
import {
  agentCli,
  firstPrompt,
  needsModel,
  option,
  systemFile,
  YARD_ARGUMENTS,
  YARD_PROGRAM,
  YARD_SERVER,
  YARD_START_MS,
  type CliStart,
} from './launch/program.ts'
import { codeOfBody, providerFailure, resetOfBody } from './readers/provider-failure.ts'
import { atLeast, EventReader, jsonIn, sumUsage, usageFrom, JsonObject } from './readers/reader.ts'

/** What would be asked is refused and told to the agent, for nobody sits there. */
const PERMISSIONS = {
  bypass: {},
  workspace: { edit: 'allow', bash: 'ask', external_directory: 'deny' },
  ask: { edit: 'ask', bash: { '*': 'ask', 'yard *': 'allow' }, external_directory: 'ask' },
} as const satisfies Record<Permissions, object>

/** A task's mode narrows what its profile permits: `light` reads and reports, `bare` only speaks to us. */
const READING = { edit: 'deny', bash: { '*': 'deny', 'yard *': 'allow' } } as const
const SPEAKING = {
  '*': 'deny',
  bash: { '*': 'deny', 'yard *': 'allow' },
  [`${YARD_SERVER}_*`]: 'allow',
} as const
/** What its sub-agents use it does not tell, so no cap could hold them. */
const ALONE = { task: 'deny' } as const
const TOOLS = {
  type: 'local',
  command: [YARD_PROGRAM, ...YARD_ARGUMENTS],
  enabled: true,
  timeout: YARD_START_MS,
}
/** A tool that is denied outright is not offered either. */
const NOTHING = { '*': 'deny' } as const
const JUDGE = 'yard-answer'
const CONFIG_VARIABLE = 'OPENCODE_CONFIG_CONTENT'

export const opencode = agentCli({
  type: 'opencode',
  /** Its binary must not change under agents that run side by side. */
  defaults: { OPENCODE_DISABLE_AUTOUPDATE: '1' },
  choosesId: 'cli',
  unsupported,
  invocation(start) {
    const { order, isPilot } = start
    const isFree = order.profile.permissions === 'bypass' && (order.task.mode ?? 'full') === 'full'
    const args = [
      ...(isPilot ? [] : ['run', '--format=json', '--thinking']),
      // Without it nothing is heard of a request that it repeats.
      ...(isPilot ? [] : ['--print-logs', '--log-level=ERROR']),
      ...(isFree ? ['--auto'] : []),
      // Else it asks a model for one.
      ...(isPilot ? [] : [`--title=${order.task.id}`]),
      ...option('--model', modelOf(order)),
      ...option('--session', start.resumed),
      ...(isPilot ? [`--prompt=${firstPrompt(start)}`] : []),
    ]
    // It works where PWD says, whatever its working folder is.
    const set = { [CONFIG_VARIABLE]: JSON.stringify(configOf(start)), PWD: start.cwd }
    return { args, set, hasTools: true }
  },
  answering(start, question) {
    const { order, folder, cwd } = start
    const system = systemFile(folder, question)
    const args = [
      ...['run', '--format=json', '--print-logs', '--log-level=ERROR', '--pure'],
      ...[`--agent=${JUDGE}`, `--title=${order.task.id}`],
      ...option('--model', modelOf(order)),
    ]
    const config = {
      ...commonConfig(start),
      snapshot: false,
      permission: NOTHING,
      agent: { [JUDGE]: { mode: 'primary', prompt: `{file:${system.path}}`, permission: NOTHING } },
    }
    return {
      args,
      set: {
        [CONFIG_VARIABLE]: JSON.stringify(config),
        OPENCODE_DISABLE_PROJECT_CONFIG: '1',
        PWD: cwd,
      },
      files: [system],
      tells: { system: true },
    }
  },
  createReader: () => new OpencodeReader(),
  stopSignal: 'SIGTERM',
})

function unsupported(order: LaunchOrder): WorkFailure | null {
  const { modelId, profile, model } = order
  if (profile.baseUrl !== null) return modelId === null ? needsModel(order) : null
  if (modelId === null || modelId.includes('/') || model !== null) return null
  const reason = `opencode names models provider/model; "${modelId}" has no provider`
  return workFailure('bad-model', reason)
}

function modelOf({ modelId, profile, model }: LaunchOrder): string | null {
  if (modelId === null) return null
  if (profile.baseUrl !== null) return `yard/${modelId}`
  return modelId.includes('/') || model === null ? modelId : `${model.provider}/${modelId}`
}

function configOf(start: CliStart): object {
  const { permissions } = start.order.profile
  const common = commonConfig(start)
  return {
    ...common,
    // Else a refused call ends the whole run.
    experimental: {
      ...new JsonObject(common['experimental']).toJSON(),
      continue_loop_on_deny: true,
    },
    mcp: { ...new JsonObject(common['mcp']).toJSON(), [YARD_SERVER]: TOOLS },
    permission: {
      ...permissionOf(permissions, start.order.task.mode),
      ...(start.order.isCapped ? ALONE : {}),
    },
  }
}

/** On top of what its user has set in the same way. */
function commonConfig({ order, inheritedEnv }: CliStart): Readonly<Record<string, unknown>> {
  const { baseUrl, env } = order.profile
  const own = env[CONFIG_VARIABLE] ?? inheritedEnv[CONFIG_VARIABLE]
  const users = jsonIn(typeof own === 'string' ? own : null)
  return {
    ...users.toJSON(),
    autoupdate: false,
    share: 'disabled',
    ...(baseUrl === null ? {} : { provider: { yard: providerOf(baseUrl, order.modelId ?? '') } }),
  }
}

function permissionOf(permissions: Permissions, mode: Task['mode']): object {
  if (mode === 'bare') return SPEAKING
  return mode === 'light' ? { ...PERMISSIONS[permissions], ...READING } : PERMISSIONS[permissions]
}

const providerOf = (baseURL: string, model: string): object => ({
  npm: '@ai-sdk/openai-compatible',
  name: 'yard',
  options: { baseURL, apiKey: `{env:${KEY_VARIABLE}}` },
  models: { [model]: { name: model } },
})

/** Errors that opencode raises itself, without an answer of a server. */
const CODES: Readonly<Record<string, string>> = {
  ProviderAuthError: 'authentication_error',
  ProviderModelNotFoundError: 'model_not_found',
  ContextOverflowError: 'context_length_exceeded',
}

/**
 * Reads the events of `opencode run --format json`. There is no final event: a step that ends with `stop` is the end of a good run, an
 * `error` that of a bad one. Tokens and cost are reported per step; retries only on stderr.
 */
class OpencodeReader extends EventReader implements OutputReader {
  protected override readonly tools = {
    editing: new Set(['edit', 'write', 'patch', 'apply_patch', 'multiedit']),
    shell: new Set(['bash']),
  }
  #lastText: string | null = null
  /** A step has begun and has not reported its tokens yet. */
  #isStepOpen = false
  /** A step was begun again, or sub-agents worked: the tokens of those are reported nowhere. */
  #hasUncounted = false

  override finish() {
    const isPart = this.#isStepOpen || this.#hasUncounted
    return { ...super.finish(), usage: isPart ? atLeast(this.usage) : this.usage }
  }

  /** `… level=ERROR … message="stream error" … error.error="AI_APICallError: Overloaded"`: another try follows, or an `error`. */
  readError(line: string) {
    if (!line.startsWith('timestamp=') || !line.includes(' message="stream error" ')) return []
    const error = /error\.error="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? 'an error'
    this.onWaiting(`its provider answered: ${oneLine(error)}`)
    return this.take()
  }

  protected onEvent(event: JsonObject, at: number): void {
    if (this.conversation === null) this.onConversation(event.text('sessionID'))
    const part = event.object('part')
    switch (event.text('type')) {
      case 'step_start':
        // The run goes on, so an earlier answer is not its last.
        this.final = null
        if (this.#isStepOpen) this.#hasUncounted = true
        this.#isStepOpen = true
        return
      case 'text':
        this.#lastText = part.text('text') ?? ''
        return this.onText('text', this.#lastText)
      case 'reasoning':
        return this.onText('thinking', part.text('text'))
      case 'tool_use':
        return this.#onTool(part)
      case 'step_finish':
        return this.#onStepFinish(part)
      case 'error':
        return this.#onError(event.object('error'), at)
    }
  }

  /** A call is reported once, when it has ended. */
  #onTool(part: JsonObject): void {
    // A text before a call is no final answer.
    this.#lastText = null
    if (helperSession(part) !== null) this.#hasUncounted = true
    const result = part.object('state')
    const input = result.object('input')
    const id = part.text('callID')
    const call = { id, name: part.text('tool'), input, title: result.text('title') }
    this.onToolCall(call)
    const text = result.text('output') ?? result.text('error') ?? ''
    this.onToolResult(id, isSuccess(result), text)
  }

  #onStepFinish(part: JsonObject): void {
    this.#isStepOpen = false
    if (isBroken(part)) this.#hasUncounted = true
    this.onUsage(sumUsage(this.usage, usageOfStep(part)))
    const reason = part.text('reason') ?? 'unknown'
    if (reason === 'tool-calls') return
    const isOk = reason === 'stop'
    const text = isOk ? this.#lastText : `its model stopped before its end (${oneLine(reason)})`
    this.failure = isOk ? null : workFailure('crash', text ?? '')
    this.onFinal(isOk, text)
  }

  #onError(error: JsonObject, at: number): void {
    const data = error.object('data')
    const name = error.text('name') ?? 'error'
    const message = data.text('message') ?? name
    const body = jsonIn(data.text('responseBody')).object('error')
    const failure = providerFailure({
      code: codeOfBody(body) ?? CODES[name] ?? null,
      status: data.number('statusCode'),
      message,
      resetAt: resetOfBody(body) ?? retryAfter(data, at),
      at,
    })
    this.onFailure(failure, message)
    this.onFinal(false, message)
  }
}

/** The session of the sub-agent that a call of `task` began; null for any other part. */
export const helperSession = (part: JsonObject): string | null =>
  part.text('tool') === 'task' ? part.object('state').object('metadata').text('sessionId') : null

/** `completed` only says that a command ran; its exit code stands beside it. */
function isSuccess(call: JsonObject): boolean {
  const exit = call.object('metadata').get('exit')
  return call.text('status') === 'completed' && (typeof exit !== 'number' || exit === 0)
}

/** The stream closed before the reason and the tokens, which come last. */
const isBroken = (part: JsonObject): boolean =>
  part.text('reason') === 'unknown' && !usageOfStep(part).inputTokens

/** Only of an error that opencode takes for a passing one. */
function retryAfter(data: JsonObject, at: number): number | null {
  if (!data.isTrue('isRetryable')) return null
  const seconds = Number(data.object('responseHeaders').text('retry-after') ?? '')
  return seconds > 0 ? at + seconds * 1000 : null
}

/** Of a step, or of the message that holds its counts. */
export function usageOfStep(part: JsonObject): Usage {
  const tokens = part.object('tokens')
  const cache = tokens.object('cache')
  return usageFrom({
    fresh: tokens.number('input'),
    cached: cache.number('read'),
    written: cache.number('write'),
    output: tokens.number('output'),
    reasoning: tokens.number('reasoning'),
    costUsd: part.number('cost'),
  })
}
