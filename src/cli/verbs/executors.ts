import { ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'

export const executors = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const list = await client.service.executors()
    cli.print.result(list, () =>
      cli.print.table(
        ['NAME', 'TYPE', 'MODEL', 'PERMISSIONS', 'AGENTS', 'CAN RUN'],
        list.map(
          ({ name, type, model, permissions, alive, maxAgents, canRun, problem, binary }) => [
            name,
            type,
            model,
            permissions,
            maxAgents === null ? String(alive) : `${alive} of ${maxAgents}`,
            canRun ? `yes${binary ? `: ${binary}` : ''}` : `no: ${problem ?? 'unknown'}`,
          ],
        ),
      ),
    )
    return ok(0)
  })
