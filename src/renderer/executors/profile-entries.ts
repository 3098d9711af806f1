/** The settings of one profile: what its files say, and for the rest what is built in. Pure. */
import { formatKey, keyParts, type ConfigEntry } from '../ui/config-entry.ts'
import { builtInField, FIELDS_OF_TYPE } from '../ui/config-keys.ts'
import { typeOf, type ExecutorView } from './executor-state.ts'

/** First the fields that its type uses, then whatever else is said of it, such as variables of the environment. */
export function profileEntries(
  view: ExecutorView,
  config: readonly ConfigEntry[],
): readonly ConfigEntry[] {
  const said = config.filter(({ key }) => {
    const [table, name] = keyParts(key)
    return table === 'executors' && name === view.name
  })
  const type = typeOf(view)
  // Each header is an entry of its own, and `endpoint` another word for `url`.
  const fields = (type === null ? [] : FIELDS_OF_TYPE[type]).filter(
    (each) => each !== 'headers' && each !== 'endpoint',
  )
  const known = fields.map((field): ConfigEntry => {
    const key = formatKey(['executors', view.name, field])
    return (
      said.find((entry) => entry.key === key) ?? {
        key,
        value: type === null ? null : builtInField(type, field),
        source: 'default',
        file: null,
        line: null,
      }
    )
  })
  const shown = new Set(known.map(({ key }) => key))
  return [...known, ...said.filter(({ key }) => !shown.has(key))]
}
