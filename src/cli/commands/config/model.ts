import { err, ok } from '../../../base/result.ts'
import { type ExecutorType, isRole, isUnusedRole, ROLES } from '../../../domain/settings.ts'
import { askYard, refuseAgent, withYard } from '../../connect/connect.ts'
import {
  argument,
  type Cli,
  defineCommand,
  defineSubcommand,
  option,
  type Outcome,
  printed,
} from '../../spec/define.ts'
import { lastLines } from '../../../domain/failure.ts'
import { definedFields, dollars, whole } from '../../spec/values.ts'
import { changeConfig, type Edit } from './change-config.ts'
import type { Client } from '../../connect/owner.ts'
import { tokensOf } from '../../text/format.ts'

const name = argument('<name>', 'the model')

const list = (cli: Cli): Promise<Outcome> =>
  askYard(
    cli,
    (client) => client.service.models(),
    (models) =>
      cli.print.table(
        ['NAME', 'PROVIDER', 'ID', 'TIER', 'IN', 'CACHED', 'OUT', 'PRICED', 'SOURCE', 'DEFAULT'],
        models.map((model) => [
          model.name,
          model.provider,
          model.modelId,
          model.tier,
          priceText(model.costIn),
          priceText(model.costCached),
          priceText(model.costOut),
          model.priceDate,
          model.source,
          model.isDefault ? 'yes' : '',
        ]),
      ),
  )

/** US dollars per million tokens. */
const priceText = (usd: number | null): string => (usd === null ? '' : `$${usd}`)

const add = defineSubcommand({
  name: 'add',
  summary: 'adds a model, or replaces it',
  arguments: { name: argument('<name>', 'the name that you use') },
  // By the keys of the file.
  options: {
    provider: option.required('--provider <name>', 'who offers it'),
    model_id: option.required('--model-id <id>', 'what the provider calls it'),
    endpoint: option('--endpoint <url>', 'where it is asked'),
    tier: option('--tier <tier>', 'how strong it is, in your words'),
    cost_in: option('--cost-in <usd>', 'US dollars per million tokens of input', dollars),
    cost_out: option('--cost-out <usd>', 'US dollars per million tokens of output', dollars),
    cost_cached: option(
      '--cost-cached <usd>',
      'the same of input that the provider had kept',
      dollars,
    ),
    price_date: option('--price-date <date>', 'when that price was noted, such as 2026-04'),
    context_window: option(
      '--context <tokens>',
      'tokens that one request may hold',
      whole(1, 1_000_000_000),
    ),
  },
  examples: ['yard model add fast --provider anthropic --model-id claude-haiku-4-5'],
  async handler(cli, { name: model, ...fields }) {
    if (fields.provider === '' || fields.model_id === '')
      return err({
        kind: 'bad-request',
        message: 'a model needs a provider and the id that the provider calls it by',
        hint: 'name both with --provider and --model-id',
      })
    const { addModel } = await import('../../../config/edit.ts')
    return change(cli, `${model} is in the registry`, (...at) =>
      addModel(...at, model, definedFields(fields)),
    )
  },
})

const remove = defineSubcommand({
  name: 'remove',
  summary: 'removes a model',
  arguments: { name },
  async handler(cli, { name: model }) {
    const { removeModel } = await import('../../../config/edit.ts')
    return change(cli, `${model} is removed`, (...at) => removeModel(...at, model))
  },
})

const setDefault = defineSubcommand({
  name: 'set-default',
  summary: 'makes it the model of tasks that name none',
  arguments: { name },
  async handler(cli, { name: model }) {
    const { setDefaultModel } = await import('../../../config/edit.ts')
    return change(cli, `${model} is the default`, (...at) => setDefaultModel(...at, model))
  },
})

const set = defineSubcommand({
  name: 'set',
  summary: 'gives a role of the yard’s own a model, or a tier of models',
  arguments: { name: argument('<name>', 'the model or tier') },
  options: { role: option.required('--role <role>', ROLES.join(', ')) },
  notes: [
    'evaluator, triage and assigner are asked where judging, triage and assignment are turned on.',
    'Nothing uses summariser yet: its model is only noted.',
  ],
  examples: ['yard model set --role merger opus'],
  async handler(cli, { name: model, role }) {
    const { setRole } = await import('../../../config/edit.ts')
    const outcome = await change(cli, `${model} is the ${role}`, (...at) =>
      setRole(...at, role, model),
    )
    if (outcome.ok && isRole(role) && isUnusedRole(role))
      cli.print.progress(`nothing uses the role ${role} yet: the model is only noted`)
    return outcome
  },
})

const roles = defineSubcommand({
  name: 'roles',
  summary: 'lists the roles and their models',
  handler: (cli) =>
    askYard(
      cli,
      (client) => client.service.roles(),
      (list) =>
        cli.print.table(
          ['ROLE', 'MODEL', 'SOURCE'],
          list.map(({ role, model, source }) => [role, model ?? 'as for any task', source]),
        ),
    ),
})

export const model = defineCommand({
  subcommands: [
    defineSubcommand({ name: 'list', summary: 'lists the models', handler: list }),
    add,
    remove,
    setDefault,
    set,
    roles,
  ],
  handler: list,
})

async function change(cli: Cli, done: string, edit: Edit): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'change the registry of models')
  if (!allowed.ok) return allowed
  const changed = await changeConfig(cli, { isGlobal: false, reloads: true }, edit)
  return changed.ok ? printed(cli, changed.value.changes, () => done) : changed
}

// `yard executors`: what can run here, and `yard executors test`: whether it truly does.

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
        const said = lastLines(result.failure?.detail ?? null)
        if (said !== null) cli.print.line(said.replace(/^/gm, '  '))
      })
      return ok(result.ok ? 0 : 1)
    }),
})

export const executors = defineCommand({
  subcommands: [test],
  handler: (cli) =>
    askYard(
      cli,
      (client) => client.service.executors(),
      (list) => {
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
      },
    ),
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
