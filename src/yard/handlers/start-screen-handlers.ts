/** Requests about other yards, asked of the host of this one. */
import { failure } from '../../domain/failure.ts'
import type { StartScreen } from '../start-screen/start-screen.ts'
import { procedures, type HandlerContext } from './context.ts'
import { refuse, valueOf } from './failures.ts'

const os = procedures.lobby

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
