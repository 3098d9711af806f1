/** A yard that this process has opened: each page's port is served by the same router as every other transport. */
import { createRouterClient } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import type { HandlerContext } from '../yard/handlers/context.ts'
import { router } from '../yard/handlers/router.ts'
import type { YardHost } from './yard-host.ts'

/** `close` lets go of the yard and of whatever serves it to others. */
export function createOwnerHost(context: HandlerContext, close: () => Promise<void>): YardHost {
  const handler = new RPCHandler<HandlerContext>(router)
  const ended = new AbortController()
  const closed = new Promise<void>((resolve) =>
    ended.signal.addEventListener('abort', () => resolve()),
  )
  return {
    kind: 'owner',
    attach(port, lobby) {
      const host = { ...context.host, lobby }
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
