/** The client side of the protocol: every request of the agent passes the permission gate. */
import {
  client,
  methods,
  RequestError,
  type ClientApp,
  type CreateTerminalRequest,
  type PermissionOption,
  type RequestPermissionOutcome,
} from '@agentclientprotocol/sdk'
import { isAbsolute } from 'node:path'
import { whereItLeads } from '../path-rules.ts'
import { commandText } from './action.ts'
import { readTextFile, writeTextFile, type Permit } from './client-files.ts'
import { lineOfTerminal, type Terminals } from './client-terminals.ts'
import type { Gate } from './gate.ts'
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
