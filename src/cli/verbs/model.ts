import { err, ok, type Result } from '../../base/result.ts'
import { addModel, removeModel, setDefaultModel, type ConfigChange } from '../../config/edit.ts'
import type { ConfigSources } from '../../config/load.ts'
import type { Failure } from '../../domain/failure.ts'
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
        ['NAME', 'PROVIDER', 'ID', 'TIER', 'SOURCE', 'DEFAULT'],
        models.map(({ name, provider, modelId, tier, source, isDefault }) => [
          ...[name, provider, modelId, tier, source],
          isDefault ? 'yes' : '',
        ]),
      ),
    )
    return ok(0)
  })

export async function modelAdd(cli: Cli, words: Words): Promise<Outcome> {
  const [provider, modelId] = [words.text('provider') ?? '', words.text('modelId') ?? '']
  if (provider === '' || modelId === '')
    return err({
      kind: 'bad-request',
      message: 'a model needs a provider and the id that the provider calls it by',
      hint: 'name both with --provider and --model-id',
    })
  const [endpoint, tier] = [words.text('endpoint'), words.text('tier')]
  const name = words.arg(0)
  const model = {
    ...{ name, provider, modelId },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(tier === undefined ? {} : { tier }),
  }
  return change(cli, `${name} is in the registry`, (sources, scope) =>
    addModel(sources, scope, model),
  )
}

export const modelRemove = (cli: Cli, words: Words): Promise<Outcome> =>
  change(cli, `${words.arg(0)} is removed`, (sources, scope) =>
    removeModel(sources, scope, words.arg(0)),
  )

export const modelSetDefault = (cli: Cli, words: Words): Promise<Outcome> =>
  change(cli, `${words.arg(0)} is the default`, (sources, scope) =>
    setDefaultModel(sources, scope, words.arg(0)),
  )

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
