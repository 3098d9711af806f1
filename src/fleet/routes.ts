/** What the fleet endpoint serves. Each part that other machines talk to adds its own; what nobody has added is not there. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Result } from '../base/result.ts'
import type { AccessToken } from '../domain/messages/access-token.ts'
import type { Failure } from '../domain/failure.ts'

/** One request. Answered by `json`, `fail`, or on `response`. */
export interface FleetCall {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  /** The parts of the path that stand for `:name`, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** Where it comes from; behind a proxy the proxy's. */
  readonly address: string
  /** Aborts when the client is gone, the token ends, or the endpoint closes. */
  readonly signal: AbortSignal
  /** The body as JSON, an empty one as `{}`. */
  body(limitBytes: number): Promise<Result<unknown, Failure>>
  json(status: number, body: unknown): void
  fail(failure: Failure): void
}

/** With the token that it came with; its scope is for the handler to judge. */
export interface TokenCall extends FleetCall {
  readonly token: AccessToken
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export type Route = { readonly method: Method; readonly path: string } & (
  | { readonly access: 'token'; readonly handle: (call: TokenCall) => void | Promise<void> }
  /** Anybody may call it. */
  | { readonly access: 'open'; readonly handle: (call: FleetCall) => void | Promise<void> }
)

export interface UpgradeCall {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  readonly token: AccessToken
  readonly address: string
  /** `end` says goodbye; the socket is destroyed soon after. `token`: it does not hold any more. `closing`: the endpoint closes. */
  onEnd(end: (reason: 'token' | 'closing') => void): void
}

export type FoundRoute =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Record<string, string> }
  | { readonly kind: 'method'; readonly allowed: readonly Method[] }
  | { readonly kind: 'upgrade' }
  | { readonly kind: 'none' }

export type FleetRoutes = ReturnType<typeof createRoutes>

export function createRoutes() {
  const routes = new Set<Route>()
  const upgrades = new Map<string, (call: UpgradeCall) => void>()
  return {
    /** `path`: `/api/fleet/mail/:id/ack`. Returns what takes it away again. */
    add(route: Route): () => void {
      routes.add(route)
      return () => void routes.delete(route)
    },
    /** Serves WebSockets of a path; one handler a path. Returns what takes it away again. */
    onUpgrade(path: string, serve: (call: UpgradeCall) => void): () => void {
      upgrades.set(path, serve)
      return () => void (upgrades.get(path) === serve && upgrades.delete(path))
    },
    upgradeOf: (path: string) => upgrades.get(path) ?? null,
    find(method: string, path: string): FoundRoute {
      const matches = [...routes].flatMap((route) => {
        const params = paramsOf(route.path, path)
        return params ? [{ route, params }] : []
      })
      const match = matches.find(({ route }) => route.method === method)
      if (match) return { kind: 'route', ...match }
      if (matches.length > 0)
        return { kind: 'method', allowed: matches.map(({ route }) => route.method) }
      return { kind: upgrades.has(path) ? 'upgrade' : 'none' }
    },
  }
}

/** Null where the path does not fit. */
function paramsOf(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? ''
    if (!part.startsWith(':')) {
      if (part !== text) return null
      continue
    }
    const decoded = decode(text)
    if (decoded === null || decoded === '') return null
    params[part.slice(1)] = decoded
  }
  return params
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null // a lone %
  }
}
