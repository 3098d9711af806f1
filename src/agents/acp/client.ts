/** The client side of the protocol: every request of the agent passes the permission gate. */
import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, isAbsolute } from 'node:path'
import {
  client,
  methods,
  RequestError,
  type ClientApp,
  type CreateTerminalRequest,
  type PermissionOption,
  type RequestPermissionOutcome,
} from '@agentclientprotocol/sdk'
import { whereItLeads } from '../tool-rules.ts'
import { type Action, commandText, type Gate } from './action.ts'
import { lineOfTerminal, type Terminals } from './client-terminals.ts'
import type { SessionUpdates } from './session-updates.ts'

export interface ClientParts {
  readonly gate: Gate
  readonly terminals: Terminals
  readonly updates: SessionUpdates
  readonly cwd: string
  /** Aborted when the turn is cancelled; later requests are answered accordingly. */
  readonly cancelled: AbortSignal
}

export function createClient(parts: ClientParts): ClientApp {
  const { gate, terminals, updates } = parts
  const permit: Permit = (act, words) => {
    if (!gate.passes(act, words)) throw notAllowed(words)
  }
  const { session, fs, terminal } = methods.client
  return client({ name: 'yardmaster' })
    .onNotification(session.update, ({ params }) => updates.update(params.update))
    .onRequest(session.requestPermission, async ({ params }) => {
      const known = updates.onPermissionRequest(params.toolCall)
      if (parts.cancelled.aborted) return { outcome: { outcome: 'cancelled' } }
      const isAllowed = await gate.passesCall(known)
      if (!isAllowed) updates.onRefusal(known.toolCallId)
      return { outcome: outcomeOf(parts.cancelled.aborted ? null : isAllowed, params.options) }
    })
    .onRequest(fs.readTextFile, async ({ params }) => ({
      content: await readTextFile(params, permit),
    }))
    .onRequest(fs.writeTextFile, async ({ params }) => {
      await writeTextFile(params, permit)
      return {}
    })
    .onRequest(terminal.create, async ({ params }) => ({
      terminalId: await createTerminal(params, parts, permit),
    }))
    .onRequest(terminal.output, ({ params }) => terminals.output(params.terminalId))
    .onRequest(terminal.waitForExit, ({ params }) => terminals.waitForExit(params.terminalId))
    .onRequest(terminal.kill, ({ params }) => {
      terminals.kill(params.terminalId)
      return {}
    })
    .onRequest(terminal.release, ({ params }) => {
      terminals.release(params.terminalId)
      return {}
    })
}

async function createTerminal(
  request: CreateTerminalRequest,
  { terminals, cwd, cancelled }: ClientParts,
  permit: Permit,
): Promise<string> {
  if (cancelled.aborted) throw notAllowed('Its turn is over.')
  const folder = request.cwd ?? cwd
  if (!isAbsolute(folder)) throw RequestError.invalidParams({ cwd: folder }, 'cwd is not absolute')
  const place = await whereItLeads(folder)
  const line = lineOfTerminal(request)
  const env = (request.env ?? []).map(({ name, value }) => `${name}=${value}`)
  const own = { ...(place === cwd ? {} : { folder: place }), ...(env.length === 0 ? {} : { env }) }
  permit({ kind: 'run', line, ...own }, `May it run: ${commandText(line, own)}?`)
  return terminals.create(request, place)
}

const notAllowed = (what: string): RequestError =>
  RequestError.invalidRequest({ reason: 'not-allowed' }, `not allowed here. ${what}`)

/** Null: the turn was cancelled. The narrowest option of its kind is chosen, so that every later call is asked for again. */
function outcomeOf(
  isAllowed: boolean | null,
  options: readonly PermissionOption[],
): RequestPermissionOutcome {
  if (isAllowed === null) return { outcome: 'cancelled' }
  const kinds = isAllowed ? ['allow_once', 'allow_always'] : ['reject_once', 'reject_always']
  const option = kinds.flatMap((kind) => options.find((one) => one.kind === kind) ?? [])[0]
  return option ? { outcome: 'selected', optionId: option.optionId } : { outcome: 'cancelled' }
}

// Files that the agent reads and writes through its client, under the same rules as its permission requests.

/** Larger files are for its own tools. */
const MAX_READ_BYTES = 16 * 1024 * 1024
const MAX_WRITE_BYTES = 64 * 1024 * 1024

/** Throws where the action is not allowed. */
export type Permit = (act: Action, text: string) => void

export interface ReadRequest {
  readonly path: string
  /** From 1. */
  readonly line?: number | null
  /** Lines. */
  readonly limit?: number | null
}

export async function readTextFile(request: ReadRequest, permit: Permit): Promise<string> {
  const path = await leading(request.path)
  permit({ kind: 'read', paths: [path] }, `May it read: ${path}?`)
  const text = await readWhole(path, request.path)
  const from = Math.max(1, Math.trunc(request.line ?? 1)) - 1
  if (from === 0 && request.limit == null) return text
  const lines = text.split('\n')
  return lines.slice(from, request.limit == null ? undefined : from + request.limit).join('\n')
}

export async function writeTextFile(
  request: { readonly path: string; readonly content: string },
  permit: Permit,
): Promise<void> {
  const path = await leading(request.path)
  permit({ kind: 'write', paths: [path] }, `May it write: ${path}?`)
  if (Buffer.byteLength(request.content) > MAX_WRITE_BYTES)
    throw refusal(request.path, 'is too large')
  try {
    await mkdir(dirname(path), { recursive: true })
    const { O_WRONLY, O_CREAT, O_TRUNC } = constants
    const file = await open(path, O_WRONLY | O_CREAT | O_TRUNC | SAFE, 0o666)
    try {
      await file.writeFile(request.content)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw translated(error, request.path)
  }
}

/** A symbolic link created meanwhile is not followed, and a pipe does not block. Windows has neither flag. */
const SAFE = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

async function leading(path: string): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0')) throw refusal(path, 'is no absolute path')
  try {
    return await whereItLeads(path)
  } catch (error) {
    throw translated(error, path)
  }
}

async function readWhole(path: string, asked: string): Promise<string> {
  try {
    const file = await open(path, constants.O_RDONLY | SAFE)
    try {
      const stats = await file.stat()
      if (!stats.isFile()) throw refusal(asked, 'is no plain file')
      if (stats.size > MAX_READ_BYTES) throw refusal(asked, 'is too large')
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    throw translated(error, asked)
  }
}

const refusal = (path: string, why: string): RequestError =>
  RequestError.invalidParams({ path }, `${path} ${why}`)

function translated(error: unknown, path: string): RequestError {
  if (error instanceof RequestError) return error
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT') return RequestError.resourceNotFound(path)
  return RequestError.internalError({ path }, `${path}: ${String(code ?? error)}`)
}
