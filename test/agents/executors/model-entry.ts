/** An entry of the model registry, for tests. */
import type { ModelEntry } from '../../../src/domain/settings.ts'

export const modelEntry = (provider: string, more: Partial<ModelEntry> = {}): ModelEntry => ({
  name: 'mine',
  provider,
  modelId: 'the-id',
  endpoint: null,
  apiKeyEnv: null,
  tier: null,
  contextWindow: null,
  price: null,
  isAlias: false,
  ...more,
})
