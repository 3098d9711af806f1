/** The contract, carried out. One router for every transport, and for a caller in the same process. */
import { createRouterClient } from '@orpc/server'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../contract/contract.ts'
import { agentHandlers } from './agent-handlers.ts'
import { bulkHandlers } from './bulk-handlers.ts'
import { claimHandlers } from './claim-handlers.ts'
import { changeHandlers } from './change-handlers.ts'
import { type HandlerContext, procedures } from './context.ts'
import { graphHandlers } from './graph-handlers.ts'
import { pageHandlers } from './page-handlers.ts'
import { pilotHandlers } from './pilot-handlers.ts'
import { serviceHandlers } from './service-handlers.ts'
import { taskHandlers } from './task-handlers.ts'
import { failure } from '../../domain/failure.ts'
import type { StartScreen } from '../start-screen/start-screen.ts'
import { refuse, valueOf } from './failures.ts'

const os = procedures.startScreen

/** Requests about other yards, which the host of this one answers. */
const startScreenHandlers = {
  recent: os.recent.handler(({ context }) => startScreenOf(context).recent()),
  forget: os.forget.handler(async ({ context, input }) =>
    valueOf(await startScreenOf(context).forget(input.folder)),
  ),
  clis: os.clis.handler(({ context }) => startScreenOf(context).clis()),
  inspect: os.inspect.handler(async ({ context, input }) =>
    valueOf(await startScreenOf(context).inspect(input.folder)),
  ),
  open: os.open.handler(async ({ context, input }) =>
    valueOf(await startScreenOf(context).open(input)),
  ),
  example: os.example.handler(async ({ context }) =>
    valueOf(await startScreenOf(context).example()),
  ),
}

function startScreenOf({ host }: HandlerContext): StartScreen {
  return (
    host.startScreen ??
    refuse(
      failure('not-running', 'a single command opens no other yards', {
        hint: 'start a host: `yard serve` or `yard service start`',
      }),
    )
  )
}

export const router = procedures.router({
  task: { ...taskHandlers, ...bulkHandlers, ...claimHandlers, ...pilotHandlers, ...graphHandlers },
  agent: agentHandlers,
  service: serviceHandlers,
  page: pageHandlers,
  change: changeHandlers,
  startScreen: startScreenHandlers,
})

/** Calls the handlers directly. */
export const createYardClient = (context: HandlerContext): ContractRouterClient<Contract> =>
  createRouterClient(router, { context })
