/**
 * `pi`: the pi coding agent, headless (`pi -p --mode json`). Prompt on stdin; it chooses the conversation's id, and asks a question
 * that nobody answers when a conversation began in another folder. It knows no permissions, only which tools it has.
 */
import { join } from 'node:path'
import type { Usage } from '../../domain/agent.ts'
import { workFailure } from '../../domain/failure.ts'
import { oneLine } from '../../domain/output.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import { KEY_VARIABLE } from './launch/environment.ts'
import { agentCli, firstPrompt, needsModel, systemFile, type CliStart } from './launch/program.ts'
import { parseApiError, providerFailure } from './readers/provider-failure.ts'
import { EventReader, sumUsage, usageFrom, type JsonObject } from './readers/reader.ts'

export const pi = agentCli({
  type: 'pi',
  defaults: { PI_TELEMETRY: '0', PI_SKIP_VERSION_CHECK: '1' },
  choosesId: 'cli',
  unsupported(order) {
    const { profile, modelId } = order
    if (profile.permissions === 'workspace' && order.answer === null)
      return workFailure('launch', 'pi cannot be kept to its folder: it takes bypass or ask')
    return profile.baseUrl !== null && modelId === null ? needsModel(order) : null
  },
  invocation(start) {
    const { order, resumed, isPilot } = start
    const model = modelOf(start)
    const args = [
      ...(isPilot ? [] : ['--print', '--mode', 'json']),
      ...toolFlags(order.profile.permissions, order.task.mode),
      ...model.args,
      ...(resumed === null ? [] : ['--session', resumed]),
      ...(isPilot ? [firstPrompt(start)] : []),
    ]
    return { args, files: model.files }
  },
  answering(start, question) {
    const model = modelOf(start)
    const system = systemFile(start.folder, question)
    const args = [
      ...['--print', '--mode', 'json', '--no-tools', '--no-session', '--no-extensions'],
      ...['--no-skills', '--no-prompt-templates', '--no-context-files'],
      ...['--system-prompt', system.path],
      ...model.args,
    ]
    return { args, files: [...model.files, system], tells: { system: true } }
  },
  createReader: () => new PiReader(),
  // SIGINT leaves its running tool behind.
  stopSignal: 'SIGTERM',
})

/** `bare` could not even speak to us: that needs a shell. */
function toolFlags(permissions: Permissions, mode: Task['mode']): readonly string[] {
  if (mode === 'bare') return ['--no-tools']
  return mode === 'light' || permissions === 'ask' ? ['--tools', 'read,grep,find,ls'] : []
}

function modelOf({ order: { profile, modelId }, folder }: CliStart) {
  const model = modelId === null ? [] : ['--model', modelId]
  if (profile.baseUrl === null) return { args: model, files: [] }
  const path = join(folder, 'pi-provider.js')
  return {
    args: ['--extension', path, '--provider', 'yard', ...model],
    files: [{ path, content: providerScript(profile.baseUrl, modelId ?? '') }],
  }
}

/** An address is told by an extension, so that its user's own folder, sign-ins and conversations stay in use. */
function providerScript(baseUrl: string, model: string): string {
  const provider = {
    name: 'yard',
    baseUrl,
    apiKey: KEY_VARIABLE,
    api: 'openai-completions',
    models: [
      {
        id: model,
        name: model,
        reasoning: false,
        input: ['text', 'image'],
        cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
        contextWindow: 128_000,
        maxTokens: 16_384,
      },
    ],
  }
  return `export default (pi) => pi.registerProvider('yard', ${JSON.stringify(provider)})\n`
}

/**
 * Reads the events of `pi --mode json`. Its exit code is 0 in every case: the `stopReason` of its last answer decides. Each
 * `message_update` repeats the whole answer so far, so only ended messages are read.
 */
class PiReader extends EventReader {
  protected override readonly tools = {
    editing: new Set(['edit', 'write']),
    shell: new Set(['bash']),
  }

  /** Most of the output are updates; parsing them would cost time for nothing. */
  override read(line: string, at: number) {
    return line.startsWith('{"type":"message_update"') ? [] : super.read(line, at)
  }

  protected onEvent(event: JsonObject, at: number): void {
    const id = event.text('toolCallId')
    switch (event.text('type')) {
      case 'session':
        return this.onConversation(event.text('id'))
      case 'message_end':
        return this.#onMessage(event.object('message'), at)
      case 'tool_execution_start':
        this.onToolCall({ id, name: event.text('toolName'), input: event.object('args') })
        return
      case 'tool_execution_end': {
        const text = event.object('result').joinedText('\n')
        return this.onToolResult(id, !event.isTrue('isError'), text)
      }
      case 'auto_retry_start':
        return this.#onRetry(event, at)
    }
  }

  #onMessage(message: JsonObject, at: number): void {
    if (message.text('role') !== 'assistant') return
    const blocks = message.objects('content')
    for (const block of blocks) {
      const type = block.text('type')
      if (type === 'text' || type === 'thinking') this.onText(type, block.text(type))
    }
    const usage = usageOf(message.object('usage'))
    const reason = message.text('stopReason')
    const isCut = reason === 'error' || reason === 'aborted' || isUnfinished(message)
    const isPart = isCut && blocks.length > 0
    this.onUsage(sumUsage(this.usage, isPart ? { ...usage, atLeast: true } : usage))
    this.#onStop(message, at)
  }

  #onStop(message: JsonObject, at: number): void {
    const reason = message.text('stopReason') ?? 'unknown'
    // The run goes on, so an earlier answer or failure is not its last.
    this.final = null
    this.failure = null
    if (reason === 'toolUse') return
    if (reason === 'stop' && !isUnfinished(message)) return this.onFinal(true, message.joinedText())
    const text =
      reason === 'stop'
        ? 'its answer broke off before its end: its provider closed the stream'
        : (message.text('errorMessage') ?? `its model stopped before its end (${reason})`)
    const failure =
      reason === 'error'
        ? providerFailure({ at, ...parseApiError(text) })
        : workFailure('crash', oneLine(text))
    // No result is reported: only a later event says whether another try follows.
    this.final = { ok: false, text }
    this.onFailure(failure, text)
  }

  /** The failure stays until another event comes: it is the reason if the program ends meanwhile. */
  #onRetry(event: JsonObject, at: number): void {
    this.final = null
    const error = oneLine(event.text('errorMessage') ?? 'an error')
    const tries = `try ${event.number('attempt') ?? '?'} of ${event.number('maxAttempts') ?? '?'}`
    this.onWaiting(`its provider answered: ${error}; ${tries}`, at, event.number('delayMs'))
  }
}

/**
 * A stream that closes without its end mark looks like one that ended well, for `stop` is the initial value. Its token counts would
 * have come last, so they are missing then.
 */
const isUnfinished = (message: JsonObject): boolean =>
  message.text('api') === 'openai-completions' &&
  message.object('usage').number('totalTokens') === 0

const usageOf = (usage: JsonObject): Usage =>
  usageFrom({
    fresh: usage.number('input'),
    cached: usage.number('cacheRead'),
    written: usage.number('cacheWrite'),
    output: usage.number('output'),
    costUsd: usage.object('cost').number('total'),
  })
