/** How the windows of the app reach a yard: one that this process has opened, or one that a service runs. */
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { createRouterClient } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import type { MessagePortMain } from 'electron'
import { homedir } from 'node:os'
import { userPaths, type YardPaths } from '../config/paths.ts'
import type { YardClient, YardConnector } from '../desktop/open-yards.ts'
import { readState } from '../headless/state-file.ts'
import type { HandlerContext } from '../yard/handlers/context.ts'
import { router } from '../yard/handlers/router.ts'
import {
  createStartScreen,
  type StartScreen,
  type StartScreenParts,
} from '../yard/start-screen/create-start-screen.ts'
import type { Clock } from '../base/clock.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import { commandAnswers, glanceAt, ownerUrlOf, pageUrlOf } from '../headless/client.ts'
import type { HostRegistry } from '../headless/run-host.ts'
import { serveYard } from '../headless/serve.ts'
import type { OpenYardOptions, Yard } from '../yard/yard.ts'
import { openYard } from '../yard/open-yard.ts'

export interface YardHost extends YardConnector {
  /** Serves one page over this port until either side closes it. `start screen`: what opening another yard means for its window. */
  attach(port: MessagePortMain, startScreen: StartScreen): void
}

/** Each page's port is served by the same router as every other transport. `close` closes the yard and its other listeners. */
function createOwnerHost(context: HandlerContext, close: () => Promise<void>): YardHost {
  const handler = new RPCHandler<HandlerContext>(router)
  const ended = new AbortController()
  const closed = new Promise<void>((resolve) =>
    ended.signal.addEventListener('abort', () => resolve()),
  )
  return {
    kind: 'owner',
    attach(port, startScreen) {
      const host = { ...context.host, startScreen }
      handler.upgrade(port, { context: { ...context, host } })
      // Else a page would go on asking a yard that is closed.
      const close = (): void => port.close()
      ended.signal.addEventListener('abort', close)
      port.once('close', () => ended.signal.removeEventListener('abort', close))
      port.start()
    },
    connect: async () =>
      ended.signal.aborted ? null : { client: createRouterClient(router, { context }), closed },
    async close() {
      ended.abort()
      await close()
    },
  }
}

/**
 * Each page's port is relayed byte by byte to a WebSocket of its own: oRPC uses the same frames on both. The service's token stays
 * in this process. Its `state.json` is read again for each connection, because a restart may change it.
 */
function createJoinedHost(paths: Pick<YardPaths, 'service'>): YardHost {
  const open = new Set<WebSocket>()
  const openSocket = async (): Promise<WebSocket | null> => {
    const socket = await connectTo(paths)
    if (socket === null) return null
    open.add(socket)
    socket.addEventListener('close', () => open.delete(socket))
    return socket
  }
  return {
    kind: 'joined',
    attach: (port) => void relay(port, openSocket),
    async connect() {
      const socket = await openSocket()
      if (socket === null) return null
      const client: YardClient = createORPCClient(new RPCLink({ websocket: socket }))
      return {
        client,
        closed: new Promise((resolve) => socket.addEventListener('close', () => resolve())),
      }
    },
    async close() {
      for (const socket of open) socket.close()
    },
  }
}

/** An open WebSocket, or null when no host answers. */
async function connectTo(paths: Pick<YardPaths, 'service'>): Promise<WebSocket | null> {
  const state = readState(paths)
  if (state === null) return null
  const address = new URL('/ws', state.url)
  address.protocol = 'ws:'
  // Node's WebSocket looks like a browser's to the host, so it says where it comes from.
  const headers = { authorization: `Bearer ${state.token}`, origin: new URL(state.url).origin }
  const socket = new WebSocket(address, { headers })
  socket.binaryType = 'arraybuffer'
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(socket))
    socket.addEventListener('close', () => resolve(null))
  })
}

/** Frames that the page sends before the WebSocket is open wait in the port: it is started last. */
async function relay(
  port: MessagePortMain,
  openSocket: () => Promise<WebSocket | null>,
): Promise<void> {
  const socket = await openSocket()
  if (socket === null) return port.close()
  port.on('message', ({ data }) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(data)
  })
  port.on('close', () => socket.close())
  socket.addEventListener('message', ({ data }) => port.postMessage(data))
  socket.addEventListener('close', () => port.close())
  port.start()
}

// The yard of a folder: joined where a service runs it, else opened here.

interface OpenOrJoinOptions extends Omit<
  OpenYardOptions,
  'host' | 'runsAgents' | 'flags' | 'clock' | 'onStale'
> {
  readonly clock: Clock
  /** The built page, for browsers. */
  readonly pageRoot: string
  /** The way to other yards, for those browsers. */
  readonly startScreen?: StartScreen
  /** The yards of this app. */
  readonly registry?: HostRegistry
  /** What a client's `service.stop` and the loss of the yard to another owner come to. */
  readonly onStop: () => void
}

/** How long a held lock may belong to a short-lived command before that is a failure. */
const LOCK_PATIENCE_MS = 10_000
const LOCK_RETRY_MS = 100

export async function openOrJoin(options: OpenOrJoinOptions): Promise<Result<YardHost, Failure>> {
  const { clock, log, onStop, paths } = options
  let giveUpAt = clock.monotonic() + LOCK_PATIENCE_MS
  let isTold = false
  for (;;) {
    // One that answers is at work, however long that takes.
    if (await commandAnswers(paths)) {
      giveUpAt = clock.monotonic() + LOCK_PATIENCE_MS
      if (!isTold) log.info('waits for another command (yard merge) to end', { yard: paths.root })
      isTold = true
    }
    if ((await ownerUrlOf(paths)) !== null) return ok(createJoinedHost(paths))
    const opened = await openYard({
      ...options,
      host: 'app',
      flags: {},
      runsAgents: true,
      ...(options.registry ? { places: options.registry.places } : {}),
      onStale: onStop,
    })
    if (opened.ok) return serve(opened.value, options)
    if (opened.error.kind !== 'locked' || clock.monotonic() >= giveUpAt) return err(opened.error)
    await new Promise<void>((resolve) => void clock.after(LOCK_RETRY_MS, resolve))
  }
}

/** An app that owns a yard is on the air like a service: commands and agents reach it over loopback. */
async function serve(yard: Yard, options: OpenOrJoinOptions): Promise<Result<YardHost, Failure>> {
  const served = await serveYard(yard, {
    pageRoot: options.pageRoot,
    log: options.log,
    startScreen: options.startScreen,
    yards: options.registry?.yards,
    onStop: options.onStop,
  })
  if (!served.ok) {
    await yard.close()
    return served
  }
  const { view, url, pageUrl, sessions, close } = served.value
  const { registry } = options
  const leave = registry?.join(options.paths.root)
  const yards = registry ? { yards: registry.yards } : {}
  const context = {
    yard,
    view,
    host: { url: () => url, pageUrl, sessions, stop: options.onStop, ...yards },
    actor: { kind: 'person', name: null },
  } as const
  return ok(
    createOwnerHost(context, async () => {
      leave?.()
      await close()
      await yard.close()
    }),
  )
}

interface AppStartScreenParts extends Pick<
  StartScreenParts,
  'env' | 'resources' | 'launcherEntry' | 'tailEntry' | 'forecastEntry' | 'largeWriteEntry'
> {
  readonly now: () => number
  /** Opens the yard and lets the window show it, once the reply has gone out; for a browser it is only opened. */
  readonly enter: (paths: YardPaths) => Promise<Result<null, Failure>>
  /** Whether a browser asks, which must be told where to go on. */
  readonly isForBrowsers: boolean
}

/** The start screen of the app: a yard that is opened takes the place of what the window showed, or a browser is sent on to it. */
export const createAppStartScreen = (parts: AppStartScreenParts): StartScreen =>
  createStartScreen({
    ...parts,
    dataFolder: userPaths(parts.env).data,
    home: parts.env['HOME'] || parts.env['USERPROFILE'] || homedir(),
    glance: glanceAt,
    async enter(paths) {
      const entered = await parts.enter(paths)
      if (!entered.ok) return entered
      return ok(parts.isForBrowsers ? await pageUrlOf(paths) : null)
    },
  })
