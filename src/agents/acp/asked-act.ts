/** What a tool call of the protocol comes to, as far as the agent says. */
import { resolve } from 'node:path'
import type { ToolCallUpdate } from '@agentclientprotocol/sdk'
import { clip, oneLine } from '../../domain/output.ts'
import { objectIn, objectsAt, textAt, type JsonObject } from '../executors/json-event.ts'
import { whereItLeads } from './path-guard.ts'
import type { Act } from './permission.ts'

/** What is known of a call by now: its first words and all later ones, the latest of each kind. */
export type KnownCall = Omit<ToolCallUpdate, '_meta'>

const PATH_KEYS = ['file_path', 'filePath', 'filepath', 'path', 'abs_path', 'absolute_path']
/** Arguments of commands, as the usual agents name them. */
const LINE_KEYS = ['command', 'cmd', 'script']

export async function actOf(call: KnownCall, cwd: string): Promise<Act> {
  switch (call.kind) {
    case 'read':
    case 'search':
      return { kind: 'read', paths: await pathsOf(call, cwd) }
    case 'edit':
    case 'delete':
    case 'move':
      return { kind: 'write', paths: await pathsOf(call, cwd) }
    case 'execute':
      return { kind: 'run', line: lineOf(call) }
    case 'think':
      return { kind: 'think' }
    default:
      if (isOwnTool(call)) return { kind: 'report' }
      // An agent that gives no kind, but what it will write.
      return diffPaths(call).length > 0
        ? { kind: 'write', paths: await pathsOf(call, cwd) }
        : { kind: 'other' }
  }
}

/** The shell line of a command; null when it does not say. */
export function lineOf(call: KnownCall): string | null {
  const input = objectIn(call.rawInput)
  for (const key of LINE_KEYS) {
    const said = input?.[key]
    if (typeof said === 'string') return said
    if (isWords(said)) return said.join(' ')
  }
  return null
}

/** One line that says what is asked for, the same each time that it is asked for. */
export function wordsOf(call: KnownCall): string {
  const what = lineOf(call) ?? call.title ?? call.name ?? call.toolCallId
  const kind = call.kind ?? 'use a tool'
  return clip(`May it ${VERBS[kind] ?? kind}: ${oneLine(what)}?`, 400)
}

const VERBS: Readonly<Record<string, string>> = {
  execute: 'run',
  fetch: 'fetch from the network',
  switch_mode: 'change its mode',
  other: 'use a tool',
}

/** A tool of ours, as agents spell the name of a server's tool: `yard_log`, `mcp__yard__yard_log`, `yard_log (yard MCP Server)`. */
const isOwnTool = ({ name, title, kind, content }: KnownCall): boolean =>
  (kind ?? 'other') === 'other' &&
  (content ?? []).every((item) => item.type === 'content') &&
  /^(?:mcp_+)?(?:yard_+)?yard_+[a-z]{1,20}(?: \(yard MCP Server\))?$/.test(name ?? title ?? '')

async function pathsOf(call: KnownCall, cwd: string): Promise<string[]> {
  const named = [
    ...(call.locations ?? []).map((location) => location.path),
    ...diffPaths(call),
    ...argumentPaths(objectIn(call.rawInput)),
  ]
  // What cannot be followed, or is some home, leads nowhere inside.
  return Promise.all(
    [...new Set(named)].map((path) =>
      path.startsWith('~') ? '/' : whereItLeads(resolve(cwd, path)).catch(() => '/'),
    ),
  )
}

const diffPaths = (call: KnownCall): string[] =>
  (call.content ?? []).flatMap((item) => (item.type === 'diff' ? [item.path] : []))

const argumentPaths = (input: JsonObject | null): string[] =>
  [input, ...objectsAt(input, 'edits')].flatMap((from) =>
    PATH_KEYS.flatMap((key) => textAt(from, key) ?? []),
  )

const isWords = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((word) => typeof word === 'string')
