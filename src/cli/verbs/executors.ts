/** `yard executors`: what can run here, and `yard executors test`: whether it truly does. */
import { ok } from '../../base/result.ts'
import type { ExecutorType } from '../../domain/settings.ts'
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
    cli.print.result(list, () => {
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
      )
      cli.print.progress(countLine(list))
    })
    return ok(0)
  })

type ExecutorView = Awaited<ReturnType<Client['service']['executors']>>[number]

/** Nothing is started here for these, so nothing of them can be found missing, or found. */
const ELSEWHERE: Readonly<Partial<Record<ExecutorType, string>>> = {
  manual: 'a person does it',
  external: 'whoever claims it does it',
  schedule: 'another executor does it, when its time comes',
  http: 'a service does it',
}

/** `3 of 11 programs can run here` */
export function countLine(list: readonly Pick<ExecutorView, 'type' | 'canRun'>[]): string {
  const programs = list.filter(({ type }) => !Object.hasOwn(ELSEWHERE, type))
  const found = programs.filter(({ canRun }) => canRun).length
  return `${found} of ${programs.length} programs can run here`
}

export function standingOf(
  view: Pick<ExecutorView, 'type' | 'canRun' | 'problem' | 'binary' | 'version' | 'lastFailure'>,
): string {
  const { canRun, problem, binary, version, lastFailure } = view
  if (!canRun) return `no: ${problem ?? 'unknown'}`
  const where = binary === null ? '' : `: ${binary}${version === null ? '' : ` (${version})`}`
  const failed = lastFailure === null ? '' : `; ${lastFailure.agent} failed: ${lastFailure.reason}`
  return `${ELSEWHERE[view.type] ?? 'yes'}${where}${failed}`
}
