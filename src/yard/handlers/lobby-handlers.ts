/** Requests about other yards, asked of the host of this one. */
import { failure } from '../../domain/failure.ts'
import type { Lobby } from '../lobby/lobby.ts'
import { procedures, type HandlerContext } from './context.ts'
import { refuse, valueOf } from './failures.ts'

const os = procedures.lobby

export const lobbyHandlers = {
  recent: os.recent.handler(({ context }) => lobbyOf(context).recent()),
  forget: os.forget.handler(async ({ context, input }) =>
    valueOf(await lobbyOf(context).forget(input.folder)),
  ),
  clis: os.clis.handler(({ context }) => lobbyOf(context).clis()),
  inspect: os.inspect.handler(async ({ context, input }) =>
    valueOf(await lobbyOf(context).inspect(input.folder)),
  ),
  open: os.open.handler(async ({ context, input }) => valueOf(await lobbyOf(context).open(input))),
  example: os.example.handler(async ({ context }) => valueOf(await lobbyOf(context).example())),
}

function lobbyOf({ host }: HandlerContext): Lobby {
  return (
    host.lobby ??
    refuse(
      failure('not-running', 'a single command opens no other yards', {
        hint: 'start a host: `yard serve` or `yard service start`',
      }),
    )
  )
}
