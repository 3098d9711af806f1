/**
 * `gemini`: Gemini CLI, headless, with its stream of JSON events. Prompt on stdin; we choose the conversation's id. It finds a
 * conversation only from the folder in which it began.
 */
import { join } from 'node:path'
import type { Usage } from '../../domain/agent.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { clip } from '../../domain/output.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { OutputReader } from './executor.ts'
import {
  agentCli,
  conversationOption,
  firstPrompt,
  option,
  permissionsOf,
  systemFile,
  toolsSettings,
  YARD_VARIABLES,
  type CliStart,
} from './launch/program.ts'
import { parseApiError, parseResetAt, providerFailure } from './readers/provider-failure.ts'
import { estimatedUsage, EventReader, type JsonObject } from './readers/reader.ts'

/** What a mode does not allow is not even offered to the model, for nobody sits there to be asked. */
const APPROVAL = {
  bypass: 'yolo',
  workspace: 'auto_edit',
  ask: 'default',
} as const satisfies Record<Permissions, string>

/** A tool that is denied outright is not offered either. */
const NO_TOOLS = '[[rule]]\ntoolName = "*"\ndecision = "deny"\npriority = 999\n'

const HOME_VARIABLE = 'GEMINI_CLI_HOME'

/** An address counts only with a key, which only a settings file can choose. Its own ten tries hide a failure for minutes. */
const SETTINGS = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 4 },
  privacy: { usageStatisticsEnabled: false },
  // It hands on no variable that looks like a secret unless it is named; `$NAME` is read from its own environment.
  ...toolsSettings({
    env: Object.fromEntries(YARD_VARIABLES.map((name) => [name, `$${name}`])),
    trust: true,
  }),
}

export const gemini = agentCli({
  type: 'gemini',
  /** By default it starts itself a second time, and that child outlives every polite signal. */
  defaults: { GEMINI_CLI_NO_RELAUNCH: 'true' },
  choosesId: 'we',
  invocation(start) {
    const { order, folder, isPilot } = start
    const own = profileHome(start)
    const args = [
      ...(isPilot ? [] : ['--output-format=stream-json']),
      `--approval-mode=${APPROVAL[permissionsOf(order)]}`,
      // In a folder that nobody has trusted by hand it refuses to work at all.
      '--skip-trust',
      ...option('--model', order.modelId),
      conversationOption(start),
      // Its prompt lies outside of where it works.
      ...(isPilot ? [`--include-directories=${folder}`] : []),
      ...(isPilot ? [`--prompt-interactive=${firstPrompt(start)}`] : []),
    ]
    // A server is told in settings only, and those of its user are not ours to write.
    return { ...own, args, hasTools: own.files.length > 0 }
  },
  answering(start, question) {
    const { order, folder } = start
    const own = profileHome(start)
    const system = systemFile(folder, question)
    const policy = { path: join(folder, 'policy.toml'), content: NO_TOOLS }
    const args = [
      ...['--output-format=stream-json', '--approval-mode=default', '--skip-trust'],
      ...[`--policy=${policy.path}`, '--extensions=none', '--allowed-mcp-server-names=none'],
      ...option('--model', order.modelId),
    ]
    const set = { GEMINI_SYSTEM_MD: system.path }
    return { ...own, args, set, files: [...own.files, system, policy], tells: { system: true } }
  },
  createReader: () => new GeminiReader(),
  stopSignal: 'SIGTERM',
})

/** Where its user's settings must not count: they choose a sign-in, and that would win over the key. */
function profileHome({ order, home }: CliStart) {
  const { baseUrl, apiKeyEnv, env } = order.profile
  if (baseUrl === null && apiKeyEnv === null) return { usual: {}, files: [] }
  const own = env[HOME_VARIABLE]
  const folder = typeof own === 'string' ? own : home
  const path = join(folder, '.gemini', 'settings.json')
  return {
    usual: { [HOME_VARIABLE]: folder },
    files: [{ path, content: `${JSON.stringify(SETTINGS)}\n` }],
  }
}

/**
 * Reads the `stream-json` events of Gemini CLI. Its answers come in pieces, which are joined before they are reported. The `status` of
 * its `result` decides, for its exit code is 0 after some failures. Retries and the reset time of a quota are on stderr only.
 */
class GeminiReader extends EventReader implements OutputReader {
  protected override readonly tools = {
    editing: new Set(['write_file', 'replace', 'edit', 'save_memory']),
    shell: new Set(['run_shell_command']),
  }
  /** Characters of its tools' results and of its own texts and calls, for a run that ends without a result. */
  #read = 0
  #written = 0
  /** It detected a loop and stopped, which it reports as a success. */
  #isLooping = false
  /** The answer so far, and how much of it was reported. */
  #answer = ''
  #reportedLength = 0
  #lastError: string | null = null
  /** The reset time of the quota, from stderr. */
  #resetAt: number | null = null

  override finish() {
    const { failure } = this
    const isOpen = failure?.class === 'quota' && failure.resetAt === null && this.#resetAt !== null
    // Before its result it reports no tokens, so they are estimated.
    const isEstimated = this.usage === null && this.#read + this.#written > 0
    return {
      ...super.finish(),
      failure: isOpen ? { ...failure, resetAt: this.#resetAt } : failure,
      usage: isEstimated
        ? { ...estimatedUsage(this.#read, this.#written), atLeast: true as const }
        : this.usage,
    }
  }

  rest() {
    this.#reportRest()
    return this.take()
  }

  /** `Attempt 1 failed with status 529. Retrying with backoff...`, and the dump of an error with the provider's message. */
  readError(line: string, at: number) {
    const provider = /^\s+message: ['"`](.*)['"`],?$/.exec(line)?.[1]
    if (provider !== undefined) this.#resetAt = parseResetAt(provider, at) ?? this.#resetAt
    const delay = /^\s+retryDelayMs: (\d+)/.exec(line)?.[1]
    if (delay !== undefined) this.#resetAt = at + Number(delay)
    const [, attempt, status] =
      /^Attempt (\d+) failed(?: with status (\d+))?.*Retrying/.exec(line) ?? []
    if (attempt !== undefined)
      this.onWaiting(`its provider answered ${status ?? 'with an error'}; try ${attempt} failed`)
    return this.take()
  }

  protected onEvent(event: JsonObject, at: number): void {
    const type = event.text('type')
    if (type !== 'message') this.#reportRest()
    switch (type) {
      case 'init':
        return this.onConversation(event.text('session_id'))
      case 'message':
        return this.#onMessage(event)
      case 'tool_use':
        return this.#onToolUse(event)
      case 'tool_result':
        return this.#onToolEnd(event)
      case 'error':
        return this.#onError(event.text('message') ?? '')
      case 'result':
        return this.#onResult(event, at)
    }
  }

  /** Reports the text of the answer up to `end`. */
  #reportText(end: number): void {
    const text = this.#answer.slice(this.#reportedLength, end)
    if (text.trim() !== '') this.onText('text', text)
  }

  #reportRest(): void {
    this.#reportText(this.#answer.length)
    this.#reportedLength = this.#answer.length
  }

  #onMessage(event: JsonObject): void {
    if (event.text('role') !== 'assistant') return
    const piece = event.text('content') ?? ''
    this.#answer += piece
    this.#written += piece.length
    // A complete paragraph is reported at once; the start of one waits for the rest of it.
    const end = this.#answer.lastIndexOf('\n\n')
    if (end < this.#reportedLength) return
    this.#reportText(end)
    this.#reportedLength = end + 2
  }

  #onToolUse(event: JsonObject): void {
    // A text before a call is no final answer.
    this.#answer = ''
    this.#reportedLength = 0
    const input = event.object('parameters')
    this.#written += JSON.stringify(input).length
    this.onToolCall({ id: event.text('tool_id'), name: event.text('tool_name'), input })
  }

  /** `success` only says that the tool ran, also for a command that failed. */
  #onToolEnd(event: JsonObject): void {
    const text = event.text('output') ?? event.object('error').text('message') ?? ''
    this.#read += text.length
    this.onToolResult(event.text('tool_id'), event.text('status') === 'success', text)
  }

  #onError(message: string): void {
    this.#lastError = message
    if (/^Loop detected\b/.test(message)) this.#isLooping = true
    this.report({ kind: 'error', message: clip(message), class: null })
  }

  #onResult(event: JsonObject, at: number): void {
    const isOk = event.text('status') === 'success' && !this.#isLooping
    const error = event.object('error').text('message') ?? this.#lastError
    const text = isOk ? this.#answer : error
    const usage = usageOf(event.object('stats'))
    // A turn that broke off is not in it.
    this.onUsage(isOk ? usage : { ...usage, atLeast: true })
    this.failure = null
    if (!isOk) this.onFailure(failureOf(error, at), text)
    this.onFinal(isOk, text)
  }
}

const failureOf = (error: string | null, at: number): WorkFailure =>
  error === null
    ? workFailure('crash', 'it ended with an error and gave no reason')
    : providerFailure({ at, ...parseApiError(error) })

function usageOf(stats: JsonObject): Usage {
  const [input, output] = [stats.number('input_tokens'), stats.number('output_tokens')]
  const total = stats.number('total_tokens')
  // Thinking is in the total alone, and is billed as output.
  const isKnown = total !== null && input !== null && output !== null
  const thought = isKnown ? Math.max(0, total - input - output) : null
  return {
    inputTokens: input,
    outputTokens: output === null ? null : output + (thought ?? 0),
    cachedTokens: stats.number('cached'),
    reasoningTokens: thought,
    costUsd: null,
  }
}
