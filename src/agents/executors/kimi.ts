/**
 * `kimi`: Kimi Code CLI from npm, headless (`kimi --prompt`), which approves all. It takes a prompt as an argument alone, and no text
 * of a prompt may be one: it is told where to read it. It chooses the conversation's id, and tells it at the end of a good run.
 */
import { join } from 'node:path'
import type { LaunchOrder } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { oneLine } from '../../domain/output.ts'
import type { Profile } from '../../domain/settings.ts'
import { schemaText } from '../prompt.ts'
import type { OutputReader } from './executor.ts'
import { agentCli, firstPrompt, option, permissionsOf } from './launch/program.ts'
import { providerFailure } from './readers/provider-failure.ts'
import { EventReader, jsonIn, type JsonObject } from './readers/reader.ts'

export const kimi = agentCli({
  type: 'kimi',
  /** Its program must not change under agents that run side by side. */
  defaults: { KIMI_CODE_NO_AUTO_UPDATE: '1' },
  choosesId: 'cli',
  hasScreen: false,
  unsupported,
  invocation(start) {
    const own = modelFlags(start.order)
    const args = [
      '--output-format=stream-json',
      ...own.args,
      ...option('--session', start.resumed),
      `--prompt=${firstPrompt(start)}`,
    ]
    return { args, usual: own.usual, stdin: 'none' }
  },
  answering({ order, folder }, { system, schema }) {
    const own = modelFlags(order)
    const path = join(folder, 'question.md')
    const text = [system, order.task.description, schemaText(schema)].join('\n\n')
    const args = [
      '--output-format=stream-json',
      ...own.args,
      `--agent-file=${path}`,
      '--prompt=Answer the question in your instructions.',
    ]
    const content = `${NO_TOOLS}${withoutVariables(text)}\n`
    return { args, usual: own.usual, stdin: 'none', files: [{ path, content }] }
  },
  createReader: () => new KimiReader(),
  stopSignal: 'SIGINT',
})

/** An agent's definition: what follows it is the system text. */
const NO_TOOLS =
  '---\nname: yard-answer\ndescription: Answers one question.\ntools: []\nsubagents: []\n---\n'

/** It would put its own texts in their places. */
const withoutVariables = (text: string): string => text.replaceAll(/\$\{(?=[a-z_]+\})/g, '$ {')

function modelFlags({ profile, modelId }: LaunchOrder) {
  const isOwn = isElsewhere(profile)
  const usual: Record<string, string> =
    isOwn && modelId !== null ? { KIMI_MODEL_NAME: modelId } : {}
  return { args: option('--model', isOwn ? null : modelId), usual }
}

/** With an address or a key of its own it is told its model beside them; else by its name in the user's config. */
const isElsewhere = ({ baseUrl, apiKeyEnv }: Profile): boolean =>
  baseUrl !== null || apiKeyEnv !== null

function unsupported(order: LaunchOrder): WorkFailure | null {
  const { profile, modelId } = order
  if (order.answer === null && permissionsOf(order) !== 'bypass')
    return workFailure('launch', 'kimi without a person approves everything: it takes only bypass')
  if (modelId !== null || !isElsewhere(profile)) return null
  const reason = `executor ${profile.name} has a base_url or api_key_env of its own, so it needs a model`
  return workFailure('bad-model', reason)
}

const CODES: Readonly<Record<string, string>> = {
  'provider.auth_error': 'authentication_error',
  'context.overflow': 'context_length_exceeded',
}

/**
 * Reads the messages that `kimi --output-format stream-json` prints, one per line. An answer without tool calls is its final one. There
 * is no error event: the cause of a failure is the last line of stderr, with a code of its own.
 */
class KimiReader extends EventReader implements OutputReader {
  protected override readonly tools = {
    editing: new Set(['Write', 'Edit']),
    shell: new Set(['Shell', 'Bash']),
  }

  /** Tools print on stderr too, so a failure from there counts only without a final answer. */
  override finish() {
    return { ...super.finish(), failure: this.final === null ? this.failure : null }
  }

  /** `error: failed to run prompt: provider.auth_error: 401 Invalid API key`. */
  readError(line: string, at: number) {
    const error = /^error: failed to run prompt: (.+)$/.exec(line)?.[1]
    if (error === undefined) return []
    const [, name = '', digits, message] =
      /^([a-z_]+(?:\.[a-z_]+)+): (?:(\d{3}) )?(.*)$/.exec(error) ?? []
    const status = digits === undefined ? null : Number(digits)
    const failure =
      message === undefined
        ? workFailure('crash', oneLine(error))
        : providerFailure({ code: CODES[name] ?? null, status, message, at })
    this.onFailure(failure, error)
    return this.take()
  }

  protected onEvent(message: JsonObject, at: number): void {
    const text = message.text('content') ?? message.joinedText()
    switch (message.text('role')) {
      case 'assistant':
        return this.#onAnswer(message, text)
      case 'tool':
        // It does not say whether a call failed.
        return this.onToolResult(message.text('tool_call_id'), true, text)
      case 'meta':
        return this.#onMeta(message, at)
    }
  }

  #onMeta(message: JsonObject, at: number): void {
    const type = message.text('type')
    const id = message.text('session_id')
    if (type === 'session.resume_hint' && id !== null) this.onConversation(id)
    if (type !== 'turn.step.retrying') return
    const status = message.number('status_code')
    const tries = `try ${message.number('failed_attempt') ?? '?'} of ${message.number('max_attempts') ?? '?'}`
    const why = `its provider answered ${status ?? 'with an error'}; ${tries} failed`
    this.onWaiting(why, at, message.number('delay_ms'))
  }

  #onAnswer(message: JsonObject, text: string): void {
    for (const part of message.objects('content')) {
      const thought = part.text('think')
      if (thought !== null) this.onText('thinking', thought)
    }
    if (text !== '') this.onText('text', text)
    const calls = message.objects('tool_calls')
    for (const call of calls) this.#onCall(call.text('id'), call.object('function'))
    if (calls.length === 0) this.onFinal(true, text)
    else this.final = null
  }

  #onCall(id: string | null, called: JsonObject): void {
    const inputText = called.text('arguments') ?? '{}'
    this.onToolCall({ id, name: called.text('name'), input: jsonIn(inputText), inputText })
  }
}
