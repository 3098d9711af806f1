import { err, ok, type Result } from '../../../base/result.ts'
import type { ConfigChange } from '../../../config/edit.ts'
import type { ConfigSources } from '../../../config/load.ts'
import type { Failure } from '../../../domain/failure.ts'
import { isRole, isUnusedRole, ROLES } from '../../../domain/settings.ts'
import { refuseAgent, withYard } from '../../connect/connect.ts'
import {
  argument,
  defineCommand,
  defineSubcommand,
  option,
  type Cli,
  type Outcome,
} from '../../spec/define.ts'
import { definedFields, dollars, whole } from '../../spec/values.ts'
import { changeConfig } from './change-config.ts'

const name = argument('<name>', 'the model')

const list = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const models = await client.service.models()
    cli.print.result(models, () =>
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
    return ok(0)
  })

/** US dollars per million tokens. */
const priceText = (usd: number | null): string => (usd === null ? '' : `$${usd}`)

const add = defineSubcommand({
  name: 'add',
  summary: 'adds a model, or replaces it',
  arguments: { name: argument('<name>', 'the name that you use') },
  options: {
    provider: option.required('--provider <name>', 'who offers it'),
    modelId: option.required('--model-id <id>', 'what the provider calls it'),
    endpoint: option('--endpoint <url>', 'where it is asked'),
    tier: option('--tier <tier>', 'how strong it is, in your words'),
    costIn: option('--cost-in <usd>', 'US dollars per million tokens of input', dollars),
    costOut: option('--cost-out <usd>', 'US dollars per million tokens of output', dollars),
    costCached: option(
      '--cost-cached <usd>',
      'the same of input that the provider had kept',
      dollars,
    ),
    priceDate: option('--price-date <date>', 'when that price was noted, such as 2026-04'),
    contextWindow: option(
      '--context <tokens>',
      'tokens that one request may hold',
      whole(1, 1_000_000_000),
    ),
  },
  examples: ['yard model add fast --provider anthropic --model-id claude-haiku-4-5'],
  async handler(cli, { name: model, provider, modelId, ...more }) {
    if (provider === '' || modelId === '')
      return err({
        kind: 'bad-request',
        message: 'a model needs a provider and the id that the provider calls it by',
        hint: 'name both with --provider and --model-id',
      })
    const { addModel } = await import('../../../config/edit.ts')
    const entry = { name: model, provider, modelId, ...definedFields(more) }
    return change(cli, `${model} is in the registry`, (sources, scope) =>
      addModel(sources, scope, entry),
    )
  },
})

const remove = defineSubcommand({
  name: 'remove',
  summary: 'removes a model',
  arguments: { name },
  async handler(cli, { name: model }) {
    const { removeModel } = await import('../../../config/edit.ts')
    return change(cli, `${model} is removed`, (sources, scope) =>
      removeModel(sources, scope, model),
    )
  },
})

const setDefault = defineSubcommand({
  name: 'set-default',
  summary: 'makes it the model of tasks that name none',
  arguments: { name },
  async handler(cli, { name: model }) {
    const { setDefaultModel } = await import('../../../config/edit.ts')
    return change(cli, `${model} is the default`, (sources, scope) =>
      setDefaultModel(sources, scope, model),
    )
  },
})

const set = defineSubcommand({
  name: 'set',
  summary: 'gives a role of the yard’s own a model, or a tier of models',
  arguments: { name: argument('<name>', 'the model or tier') },
  options: { role: option.required('--role <role>', ROLES.join(', ')) },
  notes: [
    'Nothing uses evaluator, triage, assigner and summariser yet: their model is only noted.',
  ],
  examples: ['yard model set --role merger opus'],
  async handler(cli, { name: model, role }) {
    const { setRole } = await import('../../../config/edit.ts')
    const outcome = await change(cli, `${model} is the ${role}`, (sources, scope) =>
      setRole(sources, scope, role, model),
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
    withYard(cli, async ({ client }) => {
      const list = await client.service.roles()
      cli.print.result(list, () =>
        cli.print.table(
          ['ROLE', 'MODEL', 'SOURCE'],
          list.map(({ role, model, source }) => [role, model ?? 'as for any task', source]),
        ),
      )
      return ok(0)
    }),
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

async function change(
  cli: Cli,
  done: string,
  edit: (
    sources: ConfigSources,
    scope: 'project' | 'global',
  ) => Result<readonly ConfigChange[], Failure>,
): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'change the registry of models')
  if (!allowed.ok) return allowed
  const changed = await changeConfig(cli, { isGlobal: false, reloads: true }, edit)
  if (!changed.ok) return changed
  cli.print.result(changed.value.changes, () => cli.print.line(done))
  return ok(0)
}
