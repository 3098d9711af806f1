/** `codex`: the Codex CLI, headless (`codex exec --json`). Prompt on stdin; it chooses the conversation's id. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { LaunchOrder } from '../../domain/executor.ts'
import { clip, MAX_SUMMARY, oneLine, type OutputReport } from '../../domain/output.ts'
import type { Permissions, Profile } from '../../domain/settings.ts'
import type { Environment } from './executor.ts'
import {
  agentCli,
  firstPrompt,
  nativeCodex,
  option,
  permissionsOf,
  YARD_ARGUMENTS,
  YARD_PROGRAM,
  YARD_SERVER,
  YARD_START_MS,
  YARD_VARIABLES,
} from './launch/program.ts'
import { codeOfBody, providerFailure } from './readers/provider-failure.ts'
import {
  atLeast,
  estimatedUsage,
  EventReader,
  jsonIn,
  mayChangeThings,
  sumUsage,
  type JsonObject,
} from './readers/reader.ts'

/** As settings and not as `--sandbox`, which `exec resume` does not know. */
const PERMISSION_FLAGS = {
  bypass: ['--dangerously-bypass-approvals-and-sandbox'],
  workspace: ['-c', 'sandbox_mode="workspace-write"'],
  ask: ['-c', 'sandbox_mode="read-only"'],
} as const satisfies Record<Permissions, readonly string[]>

/** It ignores variables for an address; a provider of its config is the only way. */
function endpointFlags({ baseUrl, apiKeyEnv }: Profile): readonly string[] {
  if (baseUrl === null) return []
  const key = apiKeyEnv === null ? '' : ',env_key="CODEX_API_KEY"'
  const provider = `{name="yard",base_url=${JSON.stringify(baseUrl)},wire_api="responses"${key}}`
  return ['-c', 'model_provider="yard"', '-c', `model_providers.yard=${provider}`]
}

/** Of its environment it hands on only what is named; our tools change nothing but the yard, which keeps its own rules. */
const TOOLS = [
  `command=${JSON.stringify(YARD_PROGRAM)}`,
  `args=${JSON.stringify(YARD_ARGUMENTS)}`,
  `env_vars=${JSON.stringify(YARD_VARIABLES)}`,
  `startup_timeout_sec=${YARD_START_MS / 1000}`,
  `tool_timeout_sec=${YARD_START_MS / 1000}`,
  'default_tools_approval_mode="approve"',
  // Else it waits for about a second, and begins without them.
  'required=true',
].join(',')

/** What its sub-agents use it does not tell, so no cap could hold them. */
const ALONE = ['-c', 'features.multi_agent=false', '-c', 'features.multi_agent_v2=false'] as const

/** The tools that it can be had without, and everything that it would read from the folders above. */
const ANSWER_ONLY = [
  'features.unbounded_connection_retries=false',
  ...[
    ...['shell_tool', 'view_image', 'multi_agent', 'multi_agent_v2', 'goals', 'apps', 'plugins'],
    ...['image_generation', 'hooks', 'skill_search', 'tool_suggest'],
  ].map((name) => `features.${name}=false`),
  'web_search="disabled"',
  'project_doc_max_bytes=0',
  'project_root_markers=[]',
] as const

/** Names of the MCP servers of its user's config: each must be turned off by its name. */
function usersServers({ env }: Profile, inherited: Environment): readonly string[] {
  const own = env['CODEX_HOME'] ?? inherited['CODEX_HOME']
  const folder = typeof own === 'string' ? own : join(inherited['HOME'] ?? homedir(), '.codex')
  try {
    const text = readFileSync(join(folder, 'config.toml'), 'utf8')
    const tables = text.matchAll(/^[ \t]*\[[ \t]*mcp_servers[ \t]*\.[ \t]*["']?([\w-]+)/gm)
    return [...new Set([...tables].flatMap(([, name]) => name ?? []))]
  } catch {
    return [] // it has no config
  }
}

const commonFlags = (order: LaunchOrder): readonly string[] => [
  ...PERMISSION_FLAGS[permissionsOf(order)],
  // On by default it waits for the network for ever and never fails; backing off is the coordinator's.
  '-c',
  'features.unbounded_connection_retries=false',
  '-c',
  `mcp_servers.${YARD_SERVER}={${TOOLS}}`,
  ...(order.isCapped ? ALONE : []),
  ...option('--model', order.modelId),
]

export const codex = agentCli({
  type: 'codex',
  choosesId: 'cli',
  behindLauncher: nativeCodex,
  invocation(start) {
    const { order, resumed, isPilot } = start
    return {
      args: [
        ...endpointFlags(order.profile),
        ...(isPilot ? [] : ['exec']),
        ...(resumed === null ? [] : ['resume']),
        ...(isPilot ? [] : ['--json', '--skip-git-repo-check']),
        ...commonFlags(order),
        ...(resumed === null ? [] : [resumed]),
        isPilot ? firstPrompt(start) : '-',
      ],
      hasTools: true,
      // It runs commands in a login shell.
      namesYardByPath: true,
    }
  },
  answering({ order, folder, inheritedEnv }, { schema }) {
    const path = join(folder, 'schema.json')
    return {
      args: [
        ...endpointFlags(order.profile),
        ...['exec', '--json', '--skip-git-repo-check', '--ephemeral', '--output-schema', path],
        ...PERMISSION_FLAGS.ask,
        ...ANSWER_ONLY.flatMap((setting) => ['-c', setting]),
        ...usersServers(order.profile, inheritedEnv).flatMap((name) => [
          '-c',
          `mcp_servers.${name}.enabled=false`,
        ]),
        ...option('--model', order.modelId),
        '-',
      ],
      // Its own instructions stay: of those who sign in with an account its provider takes no others.
      files: [{ path, content: `${JSON.stringify(schema)}\n` }],
    }
  },
  createReader: () => createCodexReader(),
  stopSignal: 'SIGINT',
  // It keeps a journal of its own in a database: 4 kB a second were seen, and 8 in the worst.
  idleIo: 16 * 1024,
})

export const createCodexReader = () => new CodexReader()

/**
 * Reads the events of `codex exec --json`. `error` is no end: every retry is one ("Reconnecting… 1/5"); only `turn.completed` and
 * `turn.failed` are. It has no fields for codes and reset times, so failures are sorted by the text of those events.
 */
class CodexReader extends EventReader {
  /** Characters of the turn under way, whose tokens are reported at its end only. */
  #turn = { read: 0, written: 0 }
  /** A stream broke off and its request was sent again, or sub-agents worked: the tokens of those are reported nowhere. */
  #hasUncounted = false
  #lastMessage: string | null = null
  /** Ids of the items that were reported as started. */
  readonly #started = new Set<string>()

  /** A turn that was cut off counts with an estimate. */
  override finish() {
    const { read, written } = this.#turn
    const estimated = sumUsage(this.usage, estimatedUsage(read, written))
    const counted = this.#hasUncounted ? atLeast(this.usage) : this.usage
    const usage = read + written === 0 ? counted : atLeast({ ...this.usage, ...estimated })
    return { ...super.finish(), usage }
  }

  protected onEvent(event: JsonObject, at: number): void {
    switch (event.text('type')) {
      case 'thread.started':
        return this.onConversation(event.text('thread_id'))
      case 'turn.started':
        this.#turn = { read: 0, written: 0 }
        return
      case 'item.started':
        return this.#onItem(event.object('item'), false)
      case 'item.completed':
        return this.#onItem(event.object('item'), true)
      case 'error':
        return this.#onError(event.text('message') ?? '', at)
      case 'turn.completed':
        return this.#onCompleted(event.object('usage'))
      case 'turn.failed':
        return this.#onFailed(event.object('error').text('message') ?? 'its turn failed', at)
    }
  }

  #onItem(item: JsonObject, isDone: boolean): void {
    const type = item.text('type')
    if (isDone) this.#measure(item)
    // The model answers again, so an earlier error is over.
    if (type !== 'error') this.failure = null
    switch (type) {
      case 'agent_message':
        if (!isDone) return
        this.#lastMessage = item.text('text') ?? ''
        return this.onText('text', this.#lastMessage)
      case 'reasoning':
        if (isDone) this.onText('thinking', item.text('text'))
        return
      case 'error': {
        const message = clip(item.text('message') ?? '')
        return this.report({ kind: 'error', message, class: null })
      }
      case 'collab_tool_call':
        if (item.text('tool') === 'spawn_agent') this.#hasUncounted = true
        return this.#onTool(item, isDone)
      case 'command_execution':
      case 'file_change':
      case 'mcp_tool_call':
      case 'web_search':
        return this.#onTool(item, isDone)
    }
  }

  /** Adds an item to the characters of its turn: the model wrote its text, and reads what a command printed. */
  #measure(item: JsonObject): void {
    if (item.text('type') === 'error') return
    const changes = item.get('changes')
    const call = item.text('command') ?? (changes ? JSON.stringify(changes) : '')
    this.#turn.read += outputOf(item).length
    this.#turn.written += (item.text('text') ?? call).length
  }

  #onTool(item: JsonObject, isDone: boolean): void {
    const id = clip(item.text('id') ?? '', MAX_SUMMARY)
    if (!this.#started.has(id)) {
      this.#started.add(id)
      this.report(callOf(id, item))
    }
    if (!isDone) return
    this.#started.delete(id)
    const isOk = isSuccess(item)
    if (isOk && changesThings(item)) this.mutatingToolCalls++
    this.onToolResult(id, isOk, outputOf(item))
  }

  #onError(message: string, at: number): void {
    const retry = /^Reconnecting\.\.\.\s*(.*)$/s.exec(message)?.[1]
    if (/stream disconnected/i.test(message)) this.#hasUncounted = true
    this.failure = providerFailure({ message: retry ?? message, at })
    if (retry === undefined) this.onFailure(this.failure, message)
    else this.onWaiting(`its provider does not answer; try ${retry}`)
  }

  #onCompleted(usage: JsonObject): void {
    this.failure = null
    this.#turn = { read: 0, written: 0 }
    this.onUsage({
      inputTokens: usage.number('input_tokens'),
      outputTokens: usage.number('output_tokens'),
      cachedTokens: usage.number('cached_input_tokens'),
      reasoningTokens: usage.number('reasoning_output_tokens'),
      costUsd: null,
      // Including what earlier agents used of the same conversation.
      ofConversation: true,
      ...(this.#hasUncounted ? { atLeast: true } : {}),
    })
    this.onFinal(true, this.#lastMessage)
  }

  /** The `error` before it had the same message, so only the result is reported. */
  #onFailed(message: string, at: number): void {
    // Some messages are the provider's whole error body.
    const body = jsonIn(message).object('error')
    const text = body.text('message') ?? message
    this.failure = providerFailure({ code: codeOfBody(body), message: text, at })
    this.onFinal(false, message)
  }
}

function callOf(id: string, item: JsonObject): OutputReport {
  const call = (name: string, summary: string, input = summary): OutputReport => ({
    kind: 'tool-call',
    id,
    name,
    summary: oneLine(summary),
    input: clip(input),
  })
  const line = item.text('command')
  if (line !== null) return call('shell', line)
  const paths = item
    .objects('changes')
    .map((change) => `${change.text('kind') ?? 'change'} ${change.text('path') ?? ''}`)
  if (paths.length > 0) return call('edit', paths.join(', '), paths.join('\n'))
  const server = item.text('server')
  const tool = item.text('tool') ?? item.text('type') ?? 'tool'
  const name = clip(server === null ? tool : `${server}/${tool}`, MAX_SUMMARY)
  const input = JSON.stringify(
    item.get('arguments') ?? item.get('query') ?? item.get('prompt') ?? {},
  )
  return call(name, item.text('query') ?? item.text('prompt') ?? input, input)
}

function isSuccess(item: JsonObject): boolean {
  const status = item.text('status')
  if (status !== null && status !== 'completed') return false
  return item.text('type') !== 'command_execution' || item.get('exit_code') === 0
}

const changesThings = (item: JsonObject): boolean =>
  item.text('type') === 'file_change' ||
  (item.text('type') === 'command_execution' &&
    mayChangeThings(innerLine(item.text('command') ?? '')))

/** Codex wraps the line of the model: `/bin/bash -lc 'echo hi > out.txt'`. */
function innerLine(line: string): string {
  const inner = /^\S*\/?(?:ba|z|da)?sh -l?c (['"]?)([\s\S]*)\1$/.exec(line.trim())?.[2]
  return inner ?? line
}

function outputOf(item: JsonObject): string {
  const result = item.text('aggregated_output') ?? item.object('error').text('message')
  return result ?? item.object('result').joinedText('\n')
}
