/** The page without a yard: the same listener, guard, code and token as a yard's page, with the start screen behind them and nothing else. */
import { randomBytes } from 'node:crypto'
import { RPCHandler as SocketHandler } from '@orpc/server/ws'
import type { Clock } from '../base/clock.ts'
import { ok, type Result } from '../base/result.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { startScreenRouter, type StartScreenContext } from '../yard/start-screen/router.ts'
import type { StartScreen } from '../yard/start-screen/create-start-screen.ts'
import { createPageSessions, memoryBook } from '../yard/access/page-sessions.ts'
import { sendFailure } from './http/exchange.ts'
import { type Api, createCalls } from './http/api.ts'
import { createHttpListener, type HttpParts } from './http/listener.ts'

interface StartScreenHostOptions extends Pick<
  HttpParts,
  'pageRoot' | 'pageCommand' | 'clock' | 'log'
> {
  readonly startScreen: StartScreen
}

export interface ServedStartScreen {
  readonly url: string
  /** Where a browser is sent: good once, within ten minutes. */
  pageUrl(): string
  /** Resolves when a yard was opened and no client has been connected for a minute, or it was closed. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

/** Long enough for a page that is loaded again, or a machine that wakes up. */
const LINGER_MS = 60_000

export async function serveStartScreen(
  options: StartScreenHostOptions,
): Promise<Result<ServedStartScreen, Failure>> {
  const { clock } = options
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const rest = createRest(clock, resolve)
  const startScreen = noticeWork(options.startScreen, rest.workIsDone)
  const context = { host: { startScreen } }
  const rpc = new SocketHandler<StartScreenContext>(startScreenRouter)
  const listener = createHttpListener({
    ...options,
    agentsOf: null,
    ownerToken: `yot_${randomBytes(32).toString('base64url')}`,
    // They end with this process: its secret is written nowhere.
    sessions: createPageSessions(memoryBook(), randomBytes(32), clock),
    host: '127.0.0.1',
    api: () => createStartScreenApi(context),
    onCount: rest.connected,
    serve: (socket) => void rpc.upgrade(socket, { context }),
  })
  const port = await listener.listen({ asked: null, kept: null })
  if (!port.ok) return port
  return ok({
    url: listener.url(),
    pageUrl: listener.pageUrl,
    ended,
    async close() {
      rest.stop()
      await listener.close()
      resolve()
    },
  })
}

/** Says when the host has nothing left to do. */
function createRest(clock: Clock, onOver: () => void) {
  let isDone = false
  let count = 0
  let cancel = (): void => {}
  const look = (): void => {
    cancel()
    if (isDone && count === 0) cancel = clock.after(LINGER_MS, onOver)
  }
  return {
    workIsDone(): void {
      isDone = true
      look()
    },
    connected(now: number): void {
      count = now
      look()
    },
    stop: () => cancel(),
  }
}

/** Its work is that a yard is opened. */
function noticeWork(startScreen: StartScreen, onDone: () => void): StartScreen {
  const noticed = async <T extends { readonly ok: boolean }>(result: Promise<T>): Promise<T> => {
    const settled = await result
    if (settled.ok) onDone()
    return settled
  }
  return {
    ...startScreen,
    open: (wish) => noticed(startScreen.open(wish)),
    example: () => noticed(startScreen.example()),
  }
}

const BODY_LIMIT = 100_000

/** Only the owner's token gets here: where no yard is, there are no agents. */
function createStartScreenApi(context: StartScreenContext): Api {
  const call = createCalls<StartScreenContext>(startScreenRouter)
  return async (request, response, url) => {
    if (await call(request, response, url, { context, limit: BODY_LIMIT })) return
    const unknown = failure('no-yard', `there is nothing at ${url.pathname}: no yard is open here`)
    sendFailure(response, unknown, { status: 404 })
  }
}
