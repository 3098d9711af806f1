/** Who may come in: a loopback Host, an allowed Origin from pages, and a token. Every door (REST, RPC, WebSocket) asks here. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { err, ok, orElse, type Result } from '../../base/result.ts'
import type { Actor } from '../../domain/command.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import {
  ancestorEnvironments,
  findCaller,
  namelessRefusal,
  type Caller,
} from '../../yard/access/caller.ts'
import { agentActor } from '../../yard/handlers/agent-token.ts'
import type { PageSessions } from '../../yard/access/page-sessions.ts'
import type { Yard } from '../../yard/yard.ts'

export type Guard = ReturnType<typeof createGuard>

export interface GuardParts {
  /** Whose agents may come in, by tokens made with `secret`; null where no yard is open. */
  readonly agentsOf: {
    readonly yard: Pick<Yard, 'plan' | 'store' | 'config' | 'paths'>
    readonly secret: Buffer
  } | null
  readonly ownerToken: string
  readonly sessions: Pick<PageSessions, 'find' | 'watch'>
  /** The address that it listens on, and its port once that is known. */
  readonly host: string
  readonly port: () => number
}

export function createGuard(parts: GuardParts) {
  const names = (): string[] => {
    const own = parts.host.includes(':') ? `[${parts.host}]` : parts.host
    return [...new Set(['127.0.0.1', 'localhost', '[::1]', own])].map((n) => `${n}:${parts.port()}`)
  }
  const checkHost = (request: IncomingMessage): Failure | null =>
    names().includes((request.headers.host ?? '').toLowerCase())
      ? null
      : failure('not-allowed', 'this Host is not served', { facts: { header: 'Host' } })
  const checkOrigin = (request: IncomingMessage): Failure | null => {
    const { origin } = request.headers
    const isFine =
      origin === undefined
        ? mayLackOrigin(request)
        : names().some((name) => origin === `http://${name}`)
    return isFine
      ? null
      : failure('not-allowed', 'a page of this Origin may not call', {
          facts: { header: 'Origin' },
        })
  }
  const callers = new WeakMap<Socket, Caller>()
  const callerOf = (socket: Socket): Caller => {
    const known = callers.get(socket) ?? callerBehind(socket, parts.agentsOf?.yard.paths.root)
    callers.set(socket, known)
    return known
  }
  /** Tokens of persons lie where agents of the same user can read them: with one of these, too, an agent is itself. */
  const personBehind = ({ socket, url = '' }: IncomingMessage): Result<Actor, Failure> => {
    const caller = callerOf(socket)
    if (caller.kind === 'person') return ok({ kind: 'person', name: null })
    const { agentsOf } = parts
    if (caller.kind === 'nameless' || !agentsOf) return err(namelessRefusal())
    if (GREETING.test(url)) return ok({ kind: 'person', name: null })
    const actor = agentActor(agentsOf.yard, agentsOf.secret, caller.token)
    return actor ? ok(actor) : err(namelessRefusal())
  }
  const actorOf = (request: IncomingMessage, token: string | null): Result<Actor, Failure> => {
    if (token === null) return err(unauthorized)
    if (isSame(token, parts.ownerToken) || parts.sessions.find(token) !== null)
      return personBehind(request)
    const { agentsOf } = parts
    const actor = agentsOf && agentActor(agentsOf.yard, agentsOf.secret, token)
    return actor ? ok(actor) : err(unauthorized)
  }
  return {
    /** The address by which it was called is one of ours: nothing that a foreign name was pointed at. */
    checkHost,
    /** What a page sends must come from our own page. */
    checkOrigin,
    /** Host, Origin and token at once; `token` overrides the header, for a WebSocket. */
    admit(
      request: IncomingMessage,
      token: string | null = bearerOf(request),
    ): Result<Actor, Failure> {
      const wrong = checkHost(request) ?? checkOrigin(request)
      return wrong ? err(wrong) : actorOf(request, token)
    },
    /** Calls once when the page session that let this request in has ended; never for other tokens. Gives what stops watching. */
    watch: (
      request: IncomingMessage,
      onEnd: () => void,
      token: string | null = bearerOf(request),
    ) => (token === null ? () => {} : parts.sessions.watch(token, onEnd)),
  }
}

/**
 * What every command asks first: which process runs this yard. An agent that has ended, too, must learn that somebody does, or it
 * would wait for the lock instead of being told that it comes too late.
 */
const GREETING = /^\/(?:rpc\/service|api)\/hello(?:\?|$)/

/** A person where the system does not tell who calls: another system than Linux, another user's process. */
function callerBehind(socket: Socket, root: string | undefined): Caller {
  const pid = peerPid(socket)
  return pid === null
    ? { kind: 'person' }
    : findCaller({}, root ?? '/', () => ancestorEnvironments(pid))
}

const unauthorized = failure('unauthorized', 'a valid token is needed', {
  hint: 'send `Authorization: Bearer …` with the token from .yard/service/state.json',
})

/** What a browser sends shows itself by `Sec-Fetch-*` or a cookie; of that only a same-origin GET may come without an Origin. */
function mayLackOrigin(request: IncomingMessage): boolean {
  const { headers, method } = request
  const isRead = method === 'GET' || method === 'HEAD'
  return !isOfBrowser(headers) || (isRead && headers['sec-fetch-site'] === 'same-origin')
}

/** The `fetch` of Node sends a lone `Sec-Fetch-Mode: cors`; a browser never sends that without `Sec-Fetch-Site`. */
function isOfBrowser(headers: IncomingHttpHeaders): boolean {
  if (headers.cookie !== undefined) return true
  const names = Object.keys(headers).filter((name) => name.startsWith('sec-fetch-'))
  const isOfNode = names.length === 1 && headers['sec-fetch-mode'] === 'cors'
  return names.length > 0 && !isOfNode
}

export function bearerOf(request: IncomingMessage): string | null {
  const match = /^Bearer ([\x21-\x7e]{1,500})$/i.exec(request.headers.authorization ?? '')
  return match?.[1] ?? null
}

/** Takes as long for a near miss as for a far one. */
export function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/**
 * The process of this machine at the other end of a loopback connection. On Linux the inode of the connection is in `/proc/net/tcp` and
 * among the open files of the process that has it. Null on other systems, for another user's process, and for one that has ended.
 */
function peerPid(
  socket: Pick<Socket, 'remotePort' | 'localPort'>,
  platform: NodeJS.Platform = process.platform,
): number | null {
  const { remotePort, localPort } = socket
  if (platform !== 'linux' || remotePort === undefined || localPort === undefined) return null
  const inode = ['tcp', 'tcp6'].map((table) => inodeOf(table, remotePort, localPort)).find(Boolean)
  return inode === undefined || inode === null ? null : holderOf(`socket:[${inode}]`)
}

/** Of the peer's end: its own port is the local one there. */
function inodeOf(table: string, local: number, remote: number): string | null {
  for (const line of readText(`/proc/net/${table}`).split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/)
    const [from, to] = [portOf(fields[1]), portOf(fields[2])]
    if (from === local && to === remote) return fields[9] ?? null
  }
  return null
}

const portOf = (address: string | undefined): number =>
  Number.parseInt(address?.split(':').at(-1) ?? '', 16)

/** The youngest first: a command has just been started. */
function holderOf(link: string): number | null {
  const pids = listOf('/proc').filter((name) => /^\d+$/.test(name))
  for (const pid of pids.map(Number).toSorted((a, b) => b - a))
    for (const file of listOf(`/proc/${pid}/fd`))
      if (linkOf(`/proc/${pid}/fd/${file}`) === link) return pid
  return null
}

function readText(file: string): string {
  return orElse(() => readFileSync(file, 'utf8'), '') // the system has no such table
}

function listOf(folder: string): string[] {
  return orElse(() => readdirSync(folder), []) // gone, or another user's
}

function linkOf(file: string): string | null {
  return orElse(() => readlinkSync(file), null) // closed meanwhile
}
