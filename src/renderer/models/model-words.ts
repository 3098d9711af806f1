/** What a person says of a model, as edits of the configuration. Pure. */
import { formatKey } from '../ui/config-entry.ts'
import type { ModelView } from './model-use.ts'

export interface ModelWords {
  readonly name: string
  readonly provider: string
  readonly modelId: string
  readonly endpoint: string
  readonly tier: string
}

export const NO_WORDS: ModelWords = {
  name: '',
  provider: '',
  modelId: '',
  endpoint: '',
  tier: '',
}

export const wordsOfModel = ({
  name,
  provider,
  modelId,
  endpoint,
  tier,
}: ModelView): ModelWords => ({
  ...{ name, provider, modelId },
  endpoint: endpoint ?? '',
  tier: tier ?? '',
})

export interface ConfigEdit {
  readonly key: string
  readonly value: string | null
}

/** Only what differs from `before`; an emptied word is taken out of the file. */
export function editsOf(words: ModelWords, before: ModelWords): readonly ConfigEdit[] {
  const fields = {
    provider: [words.provider, before.provider],
    model_id: [words.modelId, before.modelId],
    endpoint: [words.endpoint, before.endpoint],
    tier: [words.tier, before.tier],
  } as const
  return Object.entries(fields).flatMap(([field, [now, was]]) =>
    now.trim() === was
      ? []
      : [{ key: formatKey(['models', words.name.trim(), field]), value: now.trim() || null }],
  )
}

/** What stands of it in its file, so that a removal can be undone. */
export const entryEdits = (model: ModelView): readonly ConfigEdit[] =>
  editsOf(wordsOfModel(model), NO_WORDS)

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}$/

/** Why the words cannot be sent, by field; empty = they can. */
export function faultsOf(
  words: ModelWords,
  taken: ReadonlySet<string>,
): Partial<Record<keyof ModelWords, string>> {
  const name = words.name.trim()
  return {
    ...(NAME.test(name)
      ? {}
      : { name: 'Letters, digits and . _ : / @ -, beginning with a letter or digit' }),
    ...(taken.has(name) ? { name: 'There is a model of this name' } : {}),
    ...(words.provider.trim() === '' ? { provider: 'Say who serves it' } : {}),
    ...(words.modelId.trim() === '' ? { modelId: 'Say what the agent’s command gets' } : {}),
  }
}
