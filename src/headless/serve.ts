/** Puts an open yard on the air: one listener on loopback, `state.json` for those who look for it, a page address with a one-use code. */
import { createHmac } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { RPCHandler } from '@orpc/server/ws'
import { systemClock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import { createScope, type Scope } from '../base/scope.ts'
import { errorText } from '../base/text.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { openSecret } from '../yard/handlers/agent-token.ts'
import type { HandlerContext } from '../yard/handlers/context.ts'
import { router } from '../yard/handlers/router.ts'
import type { StartScreen } from '../yard/start-screen/create-start-screen.ts'
import { createPageSessions, fileBook, type PageSessions } from '../yard/access/page-sessions.ts'
import { createHeartbeatStamp, type Heartbeat } from '../yard/doctor/heartbeat.ts'
import { isoTime } from '../yard/views/iso-time.ts'
import { createLiveView, type LiveView } from '../yard/views/live-view.ts'
import type { Yard } from '../yard/yard.ts'
import { createApi } from './http/api.ts'
import { createHttpListener } from './http/listener.ts'
import { savePort, readSavedPort } from './http/port.ts'
import { openFleetEndpoint } from './fleet/endpoint.ts'
import { openStateFile } from './state-file.ts'

interface ServeOptions {
  /** Must be free when given; else the one of last time where it is free, else any. */
  readonly port?: number | undefined
  /** `127.0.0.1` unless a person names another address. */
  readonly host?: string | undefined
  /** The built page (`out/renderer`); null serves none. */
  readonly pageRoot: string | null
  readonly log: Log
  /** The way to other yards, for the page. */
  readonly startScreen?: StartScreen | undefined
  /** The folders of all yards of this process; missing where this is the only one. */
  readonly yards?: (() => readonly string[]) | undefined
  /** A client asked the host of this yard to end. Called after the reply has gone out. */
  readonly onStop: () => void
  /** What a page without a session tells a person to run. */
  readonly pageCommand?: string | undefined
}

export interface Served {
  readonly url: string
  readonly token: string
  readonly port: number
  readonly view: LiveView
  readonly sessions: PageSessions
  /** Where a browser is sent: good once, within ten minutes. */
  pageUrl(): string
  /** Ends all connections and removes `state.json`. The yard stays open. */
  close(): Promise<void>
}

export async function serveYard(
  yard: Yard,
  options: ServeOptions,
): Promise<Result<Served, Failure>> {
  const scope = createScope()
  const served = await openListeners(yard, options, scope).catch((error: unknown) =>
    err(translate(error, yard)),
  )
  if (!served.ok) await scope.close()
  return served
}

async function openListeners(
  yard: Yard,
  options: ServeOptions,
  scope: Scope,
): Promise<Result<Served, Failure>> {
  const { service } = yard.paths
  mkdirSync(service.folder, { recursive: true, mode: 0o700 })
  const secret = openSecret(service.secret)
  const ownerToken = ownerTokenOf(secret)
  const sessions = createPageSessions(fileBook(service.pageSessions), secret, systemClock)
  const view = createLiveView(yard, systemClock)
  scope.add(() => view.close())
  const host = {
    url: () => listener.url(),
    pageUrl: () => listener.pageUrl(),
    sessions,
    stop: () => void setTimeout(options.onStop, STOP_DELAY_MS),
    ...(options.startScreen ? { startScreen: options.startScreen } : {}),
    ...(options.yards ? { yards: options.yards } : {}),
  }
  const parts = { yard, view, host }
  const rpc = new RPCHandler<HandlerContext>(router)
  const listener = createHttpListener({
    agentsOf: { yard, secret },
    ownerToken,
    sessions,
    host: options.host ?? '127.0.0.1',
    pageRoot: options.pageRoot,
    clock: systemClock,
    log: yard.log,
    pageCommand: options.pageCommand ?? 'yard page',
    api: (signal) => createApi({ ...parts, clock: systemClock, signal }),
    serve: (socket, actor) => void rpc.upgrade(socket, { context: { ...parts, actor } }),
  })
  const port = await listener.listen({
    asked: options.port ?? null,
    kept: readSavedPort(service.port),
  })
  if (!port.ok) return port
  scope.add(() => listener.close())
  savePort(service.port, port.value)
  if (yard.host !== 'command') {
    const endpoint = await openFleetEndpoint(yard, { clock: systemClock, log: options.log })
    scope.add(() => endpoint.close())
  }
  const stamp = await createHeartbeatStamp()
  announce(yard, { url: listener.url(), token: ownerToken, stamp }, options.log, scope)
  return ok({
    url: listener.url(),
    port: port.value,
    token: ownerToken,
    view,
    sessions,
    pageUrl: listener.pageUrl,
    close: () => scope.close(),
  })
}

/** Time for the reply to `stop` to leave. */
const STOP_DELAY_MS = 50

function announce(
  yard: Yard,
  given: {
    readonly url: string
    readonly token: string
    readonly stamp: (at: number) => Heartbeat
  },
  log: Log,
  scope: Scope,
): void {
  const { stamp, ...at } = given
  yard.setUrl(at.url)
  scope.add(() => yard.setUrl(null))
  const { version, host } = yard
  const startedAt = isoTime(yard.openedAt)
  const state = openStateFile(
    yard.paths,
    { pid: process.pid, ...at, startedAt, version, host },
    log,
  )
  scope.add(() => state.close())
  scope.add(yard.coordinator.onHeartbeat((now) => state.show(stamp(now))))
  log.info('serving', { url: at.url, pid: process.pid })
}

function translate(error: unknown, yard: Yard): Failure {
  const why = errorText(error)
  return failure('io', `the yard cannot be served: ${why}`, {
    hint: `is ${yard.paths.service.folder} writable?`,
  })
}

/**
 * Derived from the yard's secret, so that a page or a program with the token is let in after a restart, too. A new secret (delete
 * `.yard/service/secret`) makes every old token void.
 */
const ownerTokenOf = (secret: Buffer): string =>
  `yot_${createHmac('sha256', secret).update('owner').digest('base64url')}`
