/** A yard that this process has opened: each page's port is served by the same router as every other transport. */
import { RPCHandler } from '@orpc/server/message-port'
import type { HandlerContext } from '../yard/handlers/context.ts'
import { createYardClient, router } from '../yard/handlers/router.ts'
import type { YardHost } from './yard-host.ts'

/** Takes over the yard and the view of `context`: `close` closes both. */
export function createOwnerHost(context: HandlerContext): YardHost {
  const handler = new RPCHandler(router)
  let onClosed = (): void => {}
  const closed = new Promise<void>((resolve) => (onClosed = resolve))
  return {
    kind: 'owner',
    attach(port) {
      handler.upgrade(port, { context })
      port.start()
    },
    connect: async () => ({ client: createYardClient(context), closed }),
    async close() {
      onClosed()
      context.view.close()
      await context.yard.close()
    },
  }
}
