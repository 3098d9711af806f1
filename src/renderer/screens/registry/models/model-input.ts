/** What a person says of a model, as edits of the configuration. Pure. */
import {
  formatKey,
  keyParts,
  typedText,
  type ConfigEntry,
} from '../../../components/config-entry.ts'
import type { ModelView } from './model-use.ts'

export interface ModelInput {
  readonly name: string
  readonly provider: string
  readonly modelId: string
  readonly endpoint: string
  readonly tier: string
  /** Tokens; empty = not known, like all that follow. */
  readonly contextWindow: string
  /** US dollars per million tokens. */
  readonly costIn: string
  readonly costOut: string
  readonly costCached: string
  readonly priceDate: string
}

export const NO_INPUT: ModelInput = {
  name: '',
  provider: '',
  modelId: '',
  endpoint: '',
  tier: '',
  contextWindow: '',
  costIn: '',
  costOut: '',
  costCached: '',
  priceDate: '',
}

export const inputOfModel = ({
  name,
  provider,
  modelId,
  endpoint,
  tier,
  ...numbers
}: ModelView): ModelInput => ({
  name,
  provider,
  modelId,
  endpoint: endpoint ?? '',
  tier: tier ?? '',
  contextWindow: String(numbers.contextWindow ?? ''),
  costIn: String(numbers.costIn ?? ''),
  costOut: String(numbers.costOut ?? ''),
  costCached: String(numbers.costCached ?? ''),
  priceDate: numbers.priceDate ?? '',
})

export interface ConfigEdit {
  readonly key: string
  readonly value: string | null
}

/** Only what differs from `before`; an emptied word is taken out of the file. */
export function editsOf(words: ModelInput, before: ModelInput): readonly ConfigEdit[] {
  const fields = {
    provider: [words.provider, before.provider],
    model_id: [words.modelId, before.modelId],
    endpoint: [words.endpoint, before.endpoint],
    tier: [words.tier, before.tier],
    context_window: [words.contextWindow, before.contextWindow],
    cost_in: [words.costIn, before.costIn],
    cost_out: [words.costOut, before.costOut],
    cost_cached: [words.costCached, before.costCached],
    price_date: [words.priceDate, before.priceDate],
  } as const
  return Object.entries(fields).flatMap(([field, [now, was]]) =>
    now.trim() === was
      ? []
      : [{ key: formatKey(['models', words.name.trim(), field]), value: now.trim() || null }],
  )
}

/** What its file says of it, so that a removal can be undone. */
export const saidOf = (
  { name, source }: ModelView,
  config: readonly ConfigEntry[],
): readonly ConfigEdit[] =>
  config.flatMap((entry) => {
    const [table, own, field] = keyParts(entry.key)
    const isSaid = table === 'models' && own === name && field !== undefined
    return isSaid && entry.source === source
      ? [{ key: entry.key, value: typedText(entry.value) }]
      : []
  })

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}$/

/** Why the words cannot be sent, by field; empty = they can. */
export function faultsOf(
  words: ModelInput,
  taken: ReadonlySet<string>,
): Partial<Record<keyof ModelInput, string>> {
  const name = words.name.trim()
  return {
    ...(NAME.test(name)
      ? {}
      : { name: 'Letters, digits and . _ : / @ -, beginning with a letter or digit' }),
    ...(taken.has(name) ? { name: 'There is a model of this name' } : {}),
    ...(words.provider.trim() === '' ? { provider: 'Say who serves it' } : {}),
    ...numberFaults(words),
    ...(words.modelId.trim() === '' ? { modelId: 'Say what the agent’s command gets' } : {}),
  }
}

const PRICE = /^\d{1,6}(\.\d{1,6})?$/

function numberFaults(words: ModelInput): Partial<Record<keyof ModelInput, string>> {
  const faults: Partial<Record<keyof ModelInput, string>> = {}
  const size = words.contextWindow.trim()
  if (size !== '' && !/^[1-9]\d{0,8}$/.test(size)) faults.contextWindow = 'A whole number of tokens'
  for (const field of ['costIn', 'costOut', 'costCached'] as const) {
    const text = words[field].trim()
    if (text !== '' && !PRICE.test(text))
      faults[field] = 'US dollars per million tokens, such as 2.5'
  }
  const isHalf = (words.costIn.trim() === '') !== (words.costOut.trim() === '')
  if (isHalf) faults.costOut ??= 'Input and output are priced together'
  return faults
}
