/** Tasks as TOML for the clipboard, with the dependencies among them, and the same text under fresh ids. Pure. */
/** A task as an export in JSON lines writes it: what was asked for, by the names of task JSON. */
export type ExportedTask = Readonly<Record<string, unknown>> & { readonly id: string }

/** Those of an export in JSON lines that are wanted, in the order of the export. */
export function pickExported(jsonl: string, ids: ReadonlySet<string>): readonly ExportedTask[] {
  const tasks: ExportedTask[] = []
  for (const each of jsonl.split('\n')) {
    const task: unknown = each === '' ? null : JSON.parse(each)
    if (isTask(task) && ids.has(task.id)) tasks.push(task)
  }
  return tasks
}

const isTask = (value: unknown): value is ExportedTask =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'

/**
 * A graph file of these tasks alone. Dependencies on others are left out, and so are start times, which were for the original.
 * Every task is a draft: a copy must not start by itself.
 */
export function toTomlText(tasks: readonly ExportedTask[]): string {
  const ids = new Set(tasks.map(({ id }) => id))
  return tasks.map((task) => `[[task]]\n${fieldsOf(task, ids).map(line).join('')}`).join('\n')
}

type Field = readonly [string, unknown]

const NOT_COPIED: ReadonlySet<string> = new Set(['before', 'notBefore', 'delay', 'paused'])

function fieldsOf(task: ExportedTask, ids: ReadonlySet<string>): readonly Field[] {
  const fields = Object.entries(task)
    .filter(([name]) => !NOT_COPIED.has(name))
    .map(([name, value]): Field => [snake(name), name === 'after' ? among(value, ids) : value])
  return [...fields.filter(([, value]) => !isEmpty(value)), ['paused', true]]
}

const among = (value: unknown, ids: ReadonlySet<string>): readonly unknown[] =>
  Array.isArray(value) ? value.filter((id) => ids.has(id)) : []

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const line = ([name, value]: Field): string => `${name} = ${literal(value)}\n`

/** JSON's escapes are TOML's, but for DEL. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.toWellFormed()).replaceAll('\u007f', '\\u007f')
}

export const looksLikeToml = (text: string): boolean => /^\s*(#.*\n|\s)*\[\[task\]\]/.test(text)

const ID_LINE = /^(\s*id\s*=\s*)"([^"\\]+)"(\s*)$/
const LINK_LINE = /^\s*(after|before)\s*=\s*\[/

/**
 * The text with every id that is taken replaced by a free one, wherever it is named. Only lines of their own are touched,
 * never the inside of a long text.
 */
export function withFreshIds(text: string, isTaken: (id: string) => boolean): string {
  const lines = text.split('\n')
  const isText = insideLongText(lines)
  const fresh = new Map<string, string>()
  const given = new Set<string>()
  lines.forEach((each, index) => {
    const id = isText[index] ? undefined : ID_LINE.exec(each)?.[2]
    if (id !== undefined) given.add(id)
  })
  const made = new Set<string>()
  for (const id of given) {
    const free = isTaken(id)
      ? freeId(id, (each) => isTaken(each) || given.has(each) || made.has(each))
      : id
    fresh.set(id, free)
    made.add(free)
  }
  return lines
    .map((each, index) => {
      if (isText[index]) return each
      if (ID_LINE.test(each))
        return each.replace(
          ID_LINE,
          (_all, head, id, tail) => `${head}"${fresh.get(id) ?? id}"${tail}`,
        )
      if (!LINK_LINE.test(each)) return each
      return each.replace(/"([^"\\]+)"/g, (_all, id) => `"${fresh.get(id) ?? id}"`)
    })
    .join('\n')
}

/** True for lines that begin within a text between triple quotes. */
function insideLongText(lines: readonly string[]): readonly boolean[] {
  let open: string | null = null
  return lines.map((each) => {
    const wasOpen = open !== null
    for (const [quote] of each.matchAll(/"""|'''/g)) {
      if (open === null) open = quote
      else if (open === quote) open = null
    }
    return wasOpen
  })
}

/** `build` → `build-2`, `build-2` → `build-3`; at most 100 characters. */
export function freeId(id: string, isTaken: (id: string) => boolean): string {
  const base = id.replace(/-\d+$/, '').slice(0, 90)
  for (let number = 2; ; number++) if (!isTaken(`${base}-${number}`)) return `${base}-${number}`
}
