/** A model is added, or what is said of one is changed. */
import { useState } from 'react'
import type { ModelView } from '../../../model/session/link.ts'
import {
  formatKey,
  keyParts,
  typedText,
  type ConfigEntry,
} from '../../../components/config-entry.ts'
import {
  ConfigDialog,
  issuesBy,
  type Checks,
  type ConfigEdit,
  type Issues,
} from '../config-form.tsx'

interface ModelDialogProps {
  /** Null = a new one. */
  readonly model: ModelView | null
  readonly taken: ReadonlySet<string>
  readonly onSaved: (name: string) => void
  readonly onClose: () => void
}

export function ModelDialog({ model, taken, onSaved, onClose }: ModelDialogProps) {
  const before = inputOf(model)
  const [words, setWords] = useState(before)
  const edits = editsOf(words, before)
  return (
    <ConfigDialog
      title={model === null ? 'Add a model' : `Edit ${model.name}`}
      verb={model === null ? 'Add model' : 'Save'}
      fields={FIELDS.map(([field, , label, note]) => ({
        field,
        label,
        note,
        isRequired: REQUIRED.includes(field),
        isFixed: field === 'name' && model !== null,
      }))}
      words={words}
      onType={(field, text) => setWords({ ...words, [field]: text })}
      initialScope={model?.source === 'global' ? 'global' : 'project'}
      edits={edits}
      faults={issuesOf(words, model === null ? taken : new Set())}
      onSaved={() => {
        if (edits.length > 0) onSaved(words.name.trim())
        onClose()
      }}
      onClose={onClose}
    />
  )
}

// What a person says of a model, as edits of the configuration. Pure.

/** Field, its key in the file, label, note. All but the first three may be left empty: not known. */
const FIELDS = [
  ['name', null, 'Name', 'What tasks and executors call it'],
  ['provider', 'provider', 'Provider', 'anthropic, openai, openrouter'],
  ['modelId', 'model_id', 'Model id', 'What reaches the command line of the agent'],
  ['endpoint', 'endpoint', 'Endpoint', 'Where it is not the provider’s usual address'],
  ['tier', 'tier', 'Tier', 'A word of yours for what it is good for'],
  ['contextWindow', 'context_window', 'Context', 'Tokens that one request may hold'],
  ['costIn', 'cost_in', 'Price of input', 'US dollars per million tokens. Empty: not known'],
  ['costOut', 'cost_out', 'Price of output', 'The same'],
  ['costCached', 'cost_cached', 'Price of cached input', 'Of tokens that the provider had cached'],
  ['priceDate', 'price_date', 'Price noted', 'When that was, such as 2026-04'],
] as const
type FieldName = (typeof FIELDS)[number][0]
export type ModelInput = Readonly<Record<FieldName, string>>

const REQUIRED: readonly FieldName[] = ['name', 'provider', 'modelId']

/** Null = a new one. */
export const inputOf = (model: ModelView | null): ModelInput =>
  // fromEntries forgets the names of the fields, which are all there.
  Object.fromEntries(FIELDS.map(([field]) => [field, String(model?.[field] ?? '')])) as ModelInput

/** Only what differs from `before`; an emptied word is taken out of the file. */
export const editsOf = (words: ModelInput, before: ModelInput): readonly ConfigEdit[] =>
  FIELDS.flatMap(([field, key]) => {
    const word = words[field].trim()
    if (key === null || word === before[field]) return []
    return [{ key: formatKey(['models', words.name.trim(), key]), value: word || null }]
  })

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

const PRICE = [
  /^(\d{1,6}(\.\d{1,6})?)?$/,
  'US dollars per million tokens, such as 2.5',
] as const satisfies Checks[string]

const CHECKS: Checks & Partial<Record<FieldName, Checks[string]>> = {
  name: [
    /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}$/,
    'Letters, digits and . _ : / @ -, beginning with a letter or digit',
  ],
  provider: [/\S/, 'Say who serves it'],
  modelId: [/\S/, 'Say what the agent’s command gets'],
  contextWindow: [/^([1-9]\d{0,8})?$/, 'A whole number of tokens'],
  costIn: PRICE,
  costOut: PRICE,
  costCached: PRICE,
}

export function issuesOf(words: ModelInput, taken: ReadonlySet<string>): Issues {
  const isHalf = (words.costIn.trim() === '') !== (words.costOut.trim() === '')
  return {
    ...(isHalf ? { costOut: 'Input and output are priced together' } : {}),
    ...issuesBy(CHECKS, words),
    ...(taken.has(words.name.trim()) ? { name: 'There is a model of this name' } : {}),
  }
}
