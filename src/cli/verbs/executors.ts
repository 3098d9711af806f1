/** `yard executors`: what can run here, and `yard executors test`: whether it truly does. */
import { ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import type { Client } from '../client.ts'
import { withYard } from '../connect.ts'
import { tokensOf } from '../usage-words.ts'
import type { Words } from '../words.ts'

export const executorsTest = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const name = words.arg(0)
    const result = await client.service.testExecutor({ name })
    cli.print.result(result, () => {
      const seconds = (result.ms / 1000).toFixed(1)
      const model = result.model === null ? '' : ` with model ${result.model}`
      const used = tokensOf(result.usage)
      const cost = used === null ? '' : ` (${used})`
      if (result.ok)
        cli.print.line(`${name} answered in ${seconds} s${model}${cost}: ${result.text ?? ''}`)
      else
        cli.print.line(
          `${name} failed after ${seconds} s${model}${cost} (${result.failure?.class ?? 'crash'}): ${result.failure?.reason ?? ''}`,
        )
    })
    return ok(result.ok ? 0 : 1)
  })

export const executors = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const list = await client.service.executors()
    cli.print.result(list, () =>
      cli.print.table(
        ['NAME', 'TYPE', 'MODEL', 'PERMISSIONS', 'AGENTS', 'SIGN-IN', 'CAN RUN'],
        list.map((one) => [
          one.name,
          one.type,
          one.model,
          one.permissions,
          one.maxAgents === null ? String(one.alive) : `${one.alive} of ${one.maxAgents}`,
          one.credentials,
          standingOf(one),
        ]),
      ),
    )
    return ok(0)
  })

type ExecutorView = Awaited<ReturnType<Client['service']['executors']>>[number]

function standingOf({ canRun, problem, binary, version, lastFailure }: ExecutorView): string {
  if (!canRun) return `no: ${problem ?? 'unknown'}`
  const where = binary === null ? '' : `: ${binary}${version === null ? '' : ` (${version})`}`
  const failed = lastFailure === null ? '' : `; ${lastFailure.agent} failed: ${lastFailure.reason}`
  return `yes${where}${failed}`
}
