/** `copilot`: GitHub Copilot CLI, headless, with its lines of JSON. Prompt on stdin; we choose the conversation's id. */
import { workFailure } from '../../domain/failure.ts'
import { oneLine } from '../../domain/output.ts'
import type { Permissions } from '../../domain/settings.ts'
import {
  agentCli,
  conversationOption,
  firstPrompt,
  nativeCopilot,
  needsModel,
  option,
  permissionsOf,
  toolsFile,
  YARD_SERVER,
  YARD_START_MS,
} from './launch/program.ts'
import { codeOfBody, providerFailure, resetOfBody } from './readers/provider-failure.ts'
import { EventReader, jsonIn, type JsonObject } from './readers/reader.ts'

/** Nobody sits there: what is not allowed is refused by it and told to the agent. Files outside its folder need `bypass`. */
const PERMISSION_FLAGS = {
  bypass: ['--allow-all'],
  workspace: ['--allow-all-tools'],
  ask: ['--allow-tool=shell(yard:*)', `--allow-tool=${YARD_SERVER}`],
} as const satisfies Record<Permissions, readonly string[]>

export const copilot = agentCli({
  type: 'copilot',
  /** Its binary must not change under agents that run side by side. */
  defaults: { COPILOT_AUTO_UPDATE: 'false' },
  choosesId: 'we',
  behindLauncher: nativeCopilot,
  unsupported: (order) =>
    order.profile.baseUrl !== null && order.modelId === null ? needsModel(order) : null,
  invocation(start) {
    const { order, folder, isPilot } = start
    // Its limit holds for a call, too.
    const tools = toolsFile(folder, { type: 'local', tools: ['*'], timeout: YARD_START_MS })
    const args = [
      ...(isPilot ? [] : ['--output-format=json', '--no-color', '--no-ask-user']),
      ...PERMISSION_FLAGS[permissionsOf(order)],
      `--additional-mcp-config=@${tools.path}`,
      // Its prompt lies outside of where it works.
      ...(isPilot ? [`--add-dir=${folder}`] : []),
      ...option('--model', order.modelId),
      conversationOption(start),
      ...(isPilot ? [`--interactive=${firstPrompt(start)}`] : []),
    ]
    return { args, files: [tools], hasTools: true }
  },
  answering: ({ order }) => ({
    args: [
      ...['--output-format=json', '--no-color', '--no-ask-user', '--available-tools=none'],
      ...['--disable-builtin-mcps', '--no-custom-instructions', '--no-remote'],
      ...option('--model', order.modelId),
    ],
  }),
  createReader: () => new CopilotReader(),
  // At SIGTERM it says that all is well.
  stopSignal: 'SIGINT',
})

const ERROR_TYPES: Readonly<Record<string, string>> = {
  authentication: 'authentication_error',
  authorization: 'permission_error',
  quota: 'insufficient_quota',
  context_limit: 'context_length_exceeded',
}

/**
 * Reads the lines of `copilot --output-format json`. The exit code in its last line decides; the cause of a failure is in the
 * `session.error` before it. It reports no tokens and no price in money.
 */
class CopilotReader extends EventReader {
  protected override readonly tools = {
    editing: new Set(['edit', 'create', 'str_replace_editor', 'apply_patch', 'write']),
    shell: new Set(['bash', 'powershell', 'shell']),
  }
  #lastMessage: string | null = null
  #lastError: string | null = null

  protected onEvent(event: JsonObject, at: number): void {
    const data = event.object('data')
    switch (event.text('type')) {
      case 'assistant.message':
        return this.#onMessage(data)
      case 'assistant.reasoning':
        return this.onText('thinking', data.text('content'))
      case 'tool.execution_start': {
        const [id, name] = [data.text('toolCallId'), data.text('toolName')]
        return void this.onToolCall({ id, name, input: data.object('arguments') })
      }
      case 'tool.execution_complete':
        return this.#onToolEnd(data)
      case 'model.call_failure':
        return this.#onCallFailure(data, at)
      case 'assistant.idle':
        // It was stopped; its exit code may still be 0.
        if (data.isTrue('aborted')) this.#lastError ??= 'it was stopped'
        return
      case 'session.error':
        return this.#onError(data, at)
      case 'result':
        return this.#onResult(event)
    }
  }

  #onMessage(data: JsonObject): void {
    // The model answers again, so an earlier error is over.
    this.failure = null
    const text = data.text('content') ?? ''
    this.#lastMessage = data.objects('toolRequests').length > 0 ? null : text
    if (text !== '') this.onText('text', text)
  }

  /** `success` only says that the tool ran; the exit code of a command stands beside it. */
  #onToolEnd(data: JsonObject): void {
    const exit = data.object('shellExecution').get('exitCode')
    const ok = data.isTrue('success') && (typeof exit !== 'number' || exit === 0)
    const text = data.object('result').text('content') ?? data.object('error').text('message') ?? ''
    this.onToolResult(data.text('toolCallId'), ok, text)
  }

  /** Another try follows, or a `session.error`. */
  #onCallFailure(data: JsonObject, at: number): void {
    const status = data.number('statusCode')
    const text = data.text('errorMessage') ?? `its provider answered ${status ?? 'nothing'}`
    const body = bodyIn(text)
    const message = body.text('message') ?? text
    const [code, resetAt] = [codeOfBody(body), resetOfBody(body)]
    this.failure = providerFailure({ code, status, message, resetAt, at })
    const attempt = (data.number('retryAttempt') ?? 0) + 1
    this.onWaiting(`its provider answered ${status ?? 'nothing'}; try ${attempt} failed`)
  }

  #onError(data: JsonObject, at: number): void {
    const message = data.text('message') ?? 'it ended with an error and gave no reason'
    const code = codeOfBody(bodyIn(message)) ?? ERROR_TYPES[data.text('errorType') ?? ''] ?? null
    const failure = providerFailure({ code, status: data.number('statusCode'), message, at })
    // An earlier error of the provider is more precise than one of these two classes.
    const isVague = failure.class === 'crash' || failure.class === 'rate-limit'
    this.#lastError = message
    this.onFailure(isVague && this.failure ? this.failure : failure, message)
  }

  #onResult(event: JsonObject): void {
    this.onConversation(event.text('sessionId'))
    const ok = event.get('exitCode') === 0 && this.#lastError === null
    const text = ok ? this.#lastMessage : this.#lastError
    if (ok) this.failure = null
    else this.failure ??= workFailure('crash', oneLine(text ?? '') || 'it ended with an error')
    this.onFinal(ok, text)
  }
}

/** Some messages contain the provider's error body. */
function bodyIn(message: string): JsonObject {
  const start = message.indexOf('{')
  const body = jsonIn(start < 0 ? null : message.slice(start))
  const error = body.object('error')
  return error.isThere ? error : body
}
