/** The contract where no yard is open: who we are, and the start screen. Everything else is not there. */
import { createRouterClient, implement } from '@orpc/server'
import type { ContractRouterClient } from '@orpc/contract'
import { contract, type Contract } from '../../contract/contract.ts'
import { CONTRACT_VERSION } from '../../contract/version.ts'
import { failureFrom, toOrpcError, valueOf } from '../handlers/failures.ts'
import { YARD_VERSION } from '../yard.ts'
import type { StartScreen } from './start-screen.ts'

export interface StartScreenContext {
  readonly startScreen: StartScreen
}

const os = implement(contract)
  .$config({ initialOutputValidationIndex: Number.NaN })
  .$context<StartScreenContext>()
  .use(async ({ next }) => {
    try {
      return await next()
    } catch (error) {
      throw toOrpcError(failureFrom(error).failure, error)
    }
  })

export const startScreenRouter = {
  service: {
    hello: os.service.hello.handler(() => ({
      contract: CONTRACT_VERSION,
      version: YARD_VERSION,
      pid: process.pid,
      root: null,
    })),
  },
  startScreen: {
    recent: os.startScreen.recent.handler(({ context }) => context.startScreen.recent()),
    forget: os.startScreen.forget.handler(async ({ context, input }) =>
      valueOf(await context.startScreen.forget(input.folder)),
    ),
    clis: os.startScreen.clis.handler(({ context }) => context.startScreen.clis()),
    inspect: os.startScreen.inspect.handler(async ({ context, input }) =>
      valueOf(await context.startScreen.inspect(input.folder)),
    ),
    open: os.startScreen.open.handler(async ({ context, input }) =>
      valueOf(await context.startScreen.open(input)),
    ),
    example: os.startScreen.example.handler(async ({ context }) =>
      valueOf(await context.startScreen.example()),
    ),
  },
}

/** Calls the handlers directly. */
export const createStartScreenClient = (
  startScreen: StartScreen,
): Pick<ContractRouterClient<Contract>, 'startScreen'> & {
  readonly service: Pick<ContractRouterClient<Contract>['service'], 'hello'>
} => createRouterClient(startScreenRouter, { context: { startScreen } })
