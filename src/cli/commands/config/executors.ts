/** `yard executors`: what can run here, and `yard executors test`: whether it truly does. */
import { ok } from '../../../base/result.ts'
import type { ExecutorType } from '../../../domain/settings.ts'
import { withYard } from '../../connect/connect.ts'
import type { Client } from '../../connect/owner.ts'
import { argument, defineCommand, defineSubcommand } from '../../spec/define.ts'
import { tokensOf } from '../../text/format.ts'

const test = defineSubcommand({
  name: 'test',
  summary: 'lets an executor take one trivial real turn, apart from the graph',
  arguments: { name: argument('<name>', 'the executor') },
  notes: [
    'It asks the model once, so it costs what one short answer costs. 0 = it answered.',
    'You ask for it, so it runs on a paused yard too; what it used is printed, and counts towards no budget.',
  ],
  handler: (cli, { name }) =>
    withYard(cli, async ({ client }) => {
      const result = await client.service.testExecutor({ name })
      cli.print.result(result, () => {
        const time = `${(result.ms / 1000).toFixed(1)} s`
        const model = result.model === null ? '' : ` with model ${result.model}`
        const used = tokensOf(result.usage)
        const cost = used === null ? '' : ` (${used})`
        const { class: failureClass = 'crash', reason = '' } = result.failure ?? {}
        cli.print.line(
          result.ok
            ? `${name} answered in ${time}${model}${cost}: ${result.text ?? ''}`
            : `${name} failed after ${time}${model}${cost} (${failureClass}): ${reason}`,
        )
      })
      return ok(result.ok ? 0 : 1)
    }),
})

export const executors = defineCommand({
  subcommands: [test],
  handler: (cli) =>
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
    }),
})

type ExecutorView = Awaited<ReturnType<Client['service']['executors']>>[number]

/** Types that start no program here, so none can be missing. */
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
