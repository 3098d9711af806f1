/** The start screen of the contract, and the contract where no yard is open: who we are, the start screen, and nothing else. */
import { implement } from '@orpc/server'
import { contract } from '../../contract/contract.ts'
import { CONTRACT_VERSION } from '../../contract/version.ts'
import { refuseAs, failureFrom, toOrpcError, valueOf } from '../handlers/failures.ts'
import { YARD_VERSION } from '../yard.ts'
import type { StartScreen } from './create-start-screen.ts'

export type StartScreenContext = { readonly host: { readonly startScreen?: StartScreen } }

const plain = implement(contract)
  .$config({ initialOutputValidationIndex: Number.NaN })
  .$context<StartScreenContext>()
const os = plain.startScreen

function startScreenOf({ host }: StartScreenContext): StartScreen {
  return (
    host.startScreen ??
    refuseAs('not-running', 'a single command opens no other yards', {
      hint: 'start a host: `yard serve` or `yard service start`',
    })
  )
}

/** Requests about other yards, which the host of one answers, too. */
export const startScreenHandlers = {
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

const told = plain.use(async ({ next }) => {
  try {
    return await next()
  } catch (error) {
    throw toOrpcError(failureFrom(error).failure, error)
  }
})

export const startScreenRouter = {
  service: {
    hello: told.service.hello.handler(() => ({
      contract: CONTRACT_VERSION,
      version: YARD_VERSION,
      pid: process.pid,
      root: null,
    })),
  },
  startScreen: told.startScreen.router(startScreenHandlers),
}
