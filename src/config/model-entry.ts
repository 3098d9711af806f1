/** A model as its file says it, laid field by field over the built-in one of the same name. */
import { err, ok, type Result } from '../base/result.ts'
import type { ModelEntry, Price } from '../domain/settings.ts'
import type { ModelFile } from './registry-schema.ts'
import { BUILT_IN_MODELS } from './seed-models.ts'

/** The error ends a sentence that begins with the model's key. */
export function createModelEntry(name: string, file: ModelFile): Result<ModelEntry, string> {
  const base = Object.hasOwn(BUILT_IN_MODELS, name) ? (BUILT_IN_MODELS[name] ?? null) : null
  const said = { ...fileOf(base), ...file }
  const { provider, model_id: modelId } = said
  if (provider === undefined || modelId === undefined) return err('needs a provider and a model_id')
  const price = priceFrom(file, base?.price ?? null)
  if (!price.ok) return price
  return ok({
    name,
    provider,
    modelId,
    endpoint: null,
    apiKeyEnv: null,
    tier: null,
    contextWindow: null,
    ...optional(said),
    price: price.value,
    // Another id is no longer the word that the CLI knows.
    isAlias: file.model_id === undefined && base?.isAlias === true,
  })
}

function optional({ endpoint, api_key_env, tier, context_window }: ModelFile) {
  return {
    ...(endpoint !== undefined && { endpoint }),
    ...(api_key_env !== undefined && { apiKeyEnv: api_key_env }),
    ...(tier !== undefined && { tier }),
    ...(context_window !== undefined && { contextWindow: context_window }),
  }
}

/** A date of its own belongs to a price of its own. */
function priceFrom(file: ModelFile, base: Price | null): Result<Price | null, string> {
  const said = Object.entries(pricesOf(base)).map(([key, known]) => [
    key,
    Reflect.get(file, key) ?? known,
  ])
  const price: ReturnType<typeof pricesOf> = Object.fromEntries(said)
  const isOwn = Object.keys(pricesOf(null)).some((key) => Reflect.get(file, key) !== undefined)
  if (!isOwn && file.price_date === undefined) return ok(base)
  const { cost_in: input, cost_out: output, cost_cached: cached } = price
  if (input === undefined || output === undefined)
    return err('needs both cost_in and cost_out to have a price')
  const notedOn = file.price_date ?? (isOwn ? null : (base?.notedOn ?? null))
  return ok({ input, output, cached: cached ?? null, notedOn })
}

const pricesOf = (price: Price | null) => ({
  cost_in: price?.input,
  cost_out: price?.output,
  cost_cached: price?.cached ?? undefined,
})

/** An entry in the form of the file; what it does not have is undefined. */
function fileOf(entry: ModelEntry | null): ModelFile {
  if (entry === null) return {}
  const { provider, modelId, endpoint, apiKeyEnv, tier, contextWindow, price } = entry
  const fields = {
    provider,
    model_id: modelId,
    endpoint,
    api_key_env: apiKeyEnv,
    tier,
    context_window: contextWindow,
    ...pricesOf(price),
    price_date: price?.notedOn,
  }
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  )
}

/** What a built-in model has under a key of the file; null where it has nothing there. */
export function modelField(entry: ModelEntry | null, field: string): unknown {
  const file: Readonly<Record<string, unknown>> = fileOf(entry)
  return file[field] ?? null
}
