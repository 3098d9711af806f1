import { err, ok, type Result } from '../../base/result.ts'
import {
  addModel,
  removeModel,
  setDefaultModel,
  setRole,
  type ConfigChange,
} from '../../config/edit.ts'
import type { ConfigSources } from '../../config/load.ts'
import type { Failure } from '../../domain/failure.ts'
import { isRole, isUnusedRole } from '../../domain/roles.ts'
import type { Cli, Outcome } from '../cli.ts'
import { changeConfig } from '../config-place.ts'
import { withYard } from '../connect.ts'
import { refuseAgent } from '../refuse-agent.ts'
import type { Words } from '../words.ts'

export const modelList = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const models = await client.service.models()
    cli.print.result(models, () =>
      cli.print.table(
        ['NAME', 'PROVIDER', 'ID', 'TIER', 'IN', 'CACHED', 'OUT', 'PRICED', 'SOURCE', 'DEFAULT'],
        models.map(({ name, provider, modelId, tier, source, isDefault, ...price }) => [
          ...[name, provider, modelId, tier],
          ...[price.costIn, price.costCached, price.costOut].map(priceText),
          ...[price.priceDate, source],
          isDefault ? 'yes' : '',
        ]),
      ),
    )
    return ok(0)
  })

/** US dollars per million tokens. */
const priceText = (usd: number | null): string => (usd === null ? '' : `$${usd}`)

export async function modelAdd(cli: Cli, words: Words): Promise<Outcome> {
  const [provider, modelId] = [words.text('provider') ?? '', words.text('modelId') ?? '']
  if (provider === '' || modelId === '')
    return err({
      kind: 'bad-request',
      message: 'a model needs a provider and the id that the provider calls it by',
      hint: 'name both with --provider and --model-id',
    })
  const name = words.arg(0)
  const model = { name, provider, modelId, ...said(words) }
  return change(cli, `${name} is in the registry`, (sources, scope) =>
    addModel(sources, scope, model),
  )
}

function said(words: Words): Partial<Parameters<typeof addModel>[2]> {
  const texts = {
    endpoint: words.text('endpoint'),
    tier: words.text('tier'),
    priceDate: words.text('priceDate'),
    costIn: words.number('costIn'),
    costOut: words.number('costOut'),
    costCached: words.number('costCached'),
    contextWindow: words.number('context'),
  }
  return Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined))
}

export const modelRemove = (cli: Cli, words: Words): Promise<Outcome> =>
  change(cli, `${words.arg(0)} is removed`, (sources, scope) =>
    removeModel(sources, scope, words.arg(0)),
  )

export const modelSetDefault = (cli: Cli, words: Words): Promise<Outcome> =>
  change(cli, `${words.arg(0)} is the default`, (sources, scope) =>
    setDefaultModel(sources, scope, words.arg(0)),
  )

export async function modelSetRole(cli: Cli, words: Words): Promise<Outcome> {
  const role = words.text('role') ?? ''
  const said = `${words.arg(0)} is the ${role}`
  const outcome = await change(cli, said, (sources, scope) =>
    setRole(sources, scope, role, words.arg(0)),
  )
  if (outcome.ok && isRole(role) && isUnusedRole(role))
    cli.print.progress(`nothing uses the role ${role} yet: the model is only noted`)
  return outcome
}

export const modelRoles = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const roles = await client.service.roles()
    cli.print.result(roles, () =>
      cli.print.table(
        ['ROLE', 'MODEL', 'SOURCE'],
        roles.map(({ role, model, source }) => [role, model ?? 'as for any task', source]),
      ),
    )
    return ok(0)
  })

async function change(
  cli: Cli,
  said: string,
  edit: (s: ConfigSources, scope: 'project' | 'global') => Result<readonly ConfigChange[], Failure>,
): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'change the registry of models')
  if (!allowed.ok) return allowed
  const changed = await changeConfig(cli, { isGlobal: false, reloads: true }, edit)
  if (!changed.ok) return changed
  cli.print.result(changed.value.changes, () => cli.print.line(said))
  return ok(0)
}
