import { err, ok, type Result } from '../../base/result.ts'
import type { ConfigChange, ConfigEdit } from '../../config/edit.ts'
import { CONFIG_FLAGS } from '../../config/keys.ts'
import { loadConfig } from '../../config/load.ts'
import type { YardPaths } from '../../config/paths.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Cli, Outcome } from '../cli.ts'
import type { Client } from '../client.ts'
import { changeConfig, configPlace } from '../config-place.ts'
import { failureFromError } from '../failure-from-error.ts'
import { refuseAgent } from '../refuse-agent.ts'
import { oneLine } from '../table.ts'
import type { PendingConfig, Told } from '../tell-owner.ts'
import type { Words } from '../words.ts'

export async function config(cli: Cli, words: Words): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'see or change the configuration')
  if (!allowed.ok) return allowed
  const edits = editsFrom(words)
  if (!edits.ok) return edits
  const key = words.argOrNull(0)
  if (edits.value.length > 0)
    return words.flag('list')
      ? wrong('--list goes with nothing that changes')
      : setAll(cli, words, edits.value)
  if (words.flag('list') && key !== null) return wrong('--list shows all keys; name none')
  if (key === null && !words.flag('list')) return wrong('nothing to show or change was named')
  return key === null ? listAll(cli, words) : printOne(cli, words, key)
}

const wrong = (message: string): Outcome =>
  err({ kind: 'bad-request', message, hint: 'see `yard help config`' })

function editsFrom(words: Words): Result<readonly ConfigEdit[], Failure> {
  const edits: ConfigEdit[] = []
  for (const { option, key } of CONFIG_FLAGS) {
    const value = words.text(option)
    if (value !== undefined) edits.push({ key, value })
  }
  const unset = words.text('unset')
  if (unset !== undefined) edits.push({ key: unset, value: null })
  const [key, value] = [words.argOrNull(0), words.argOrNull(1)]
  if (key !== null && value !== null) edits.push({ key, value })
  else if (key !== null && edits.length > 0)
    return err({
      kind: 'bad-request',
      message: `"${key}" has no value`,
      hint: 'give it one, or leave it out',
    })
  return ok(edits)
}

async function setAll(cli: Cli, words: Words, edits: readonly ConfigEdit[]): Promise<Outcome> {
  const { print } = cli
  const isGlobal = words.flag('global') ?? false
  const { editConfig } = await import('../../config/edit.ts')
  const changed = await changeConfig(
    cli,
    { isGlobal, reloads: words.flag('reload') ?? true },
    (sources, scope) => editConfig(sources, scope, edits),
  )
  if (!changed.ok) return changed
  const { changes, told } = changed.value
  const also = alsoChanged(told, changes)
  const asked = changes.map((change) => ({ ...change, asked: true }))
  const others = also.map(({ key, value, file }) => ({ key, value, file, asked: false }))
  print.result(told.kind === 'applied' ? [...asked, ...others] : asked, () => {
    for (const { key, value, file } of changes)
      print.line(
        value === null ? `${key} is taken out of ${file}` : `${key} = ${show(value)} in ${file}`,
      )
    printTold(cli, told, { changes, also })
  })
  return ok(0)
}

/** What the files said already, which the running service had not read. */
function alsoChanged(told: Told, changes: readonly ConfigChange[]): PendingConfig {
  if (told.kind !== 'applied' && told.kind !== 'left') return []
  const own = (key: string): boolean =>
    changes.some((change) => `${key}.`.startsWith(`${change.key}.`))
  return told.changed.filter(({ key }) => !own(key))
}

function printTold(
  { print }: Cli,
  told: Told,
  { changes, also }: { changes: readonly ConfigChange[]; also: PendingConfig },
): void {
  if (told.kind === 'nobody') return
  if (told.kind === 'not-taken') {
    print.line(`the running service did not take it (${oneLine(told.why)}): yard service restart`)
    return
  }
  const isApplied = told.kind === 'applied'
  const above = isApplied ? changes.flatMap((change) => aboveIt(change, told.inForce)) : []
  for (const entry of above)
    print.line(
      `the running service keeps ${entry.key} = ${show(entry.value)}: ${saidBy(entry)}, which stands above`,
    )
  if (above.length < changes.length || !isApplied)
    print.line(
      isApplied
        ? 'the running service goes by it already'
        : 'not applied: the running service goes on as before until `yard service reload`',
    )
  const what = isApplied
    ? 'also applied, which stood in the files before'
    : 'a reload will also apply'
  for (const { key, value, inForce } of also)
    print.line(`${what}: ${key} = ${shownOrNone(value)} (was ${shownOrNone(inForce.value)})`)
}

/** What stands above the file that was changed. */
const aboveIt = ({ key, file, value }: ConfigChange, inForce: readonly Entry[]): Entry[] =>
  inForce.filter((entry) => {
    const isOther = value !== null && entry.file !== null && entry.file !== file
    return entry.key === key && (entry.source === 'flag' || entry.source === 'env' || isOther)
  })

const saidBy = ({ source, file }: Entry): string => {
  if (source === 'flag') return 'it was started with that'
  return source === 'env' ? 'its environment says that' : `${file} says that`
}

type Entry = Awaited<ReturnType<Client['service']['config']>>[number]

interface Listed extends Entry {
  /** What the files say, where a living owner does not go by it yet. */
  readonly pending: Omit<Entry, 'key'> | null
}

/** What is in force: a living owner knows; without one it is what the files and this environment say. */
async function entriesOf(cli: Cli, words: Words): Promise<Result<readonly Listed[], Failure>> {
  const isGlobal = words.flag('global') ?? false
  const place = configPlace(cli, isGlobal)
  if (!place.ok) return place
  const { paths, sources } = place.value
  const owned = isGlobal || paths === null ? null : await entriesInForce(cli, paths)
  if (owned) return ok(owned)
  const loaded = loadConfig(isGlobal ? { ...sources, projectFile: null, env: {} } : sources)
  return loaded.ok ? ok(loaded.value.list().map(settled)) : loaded
}

const settled = (entry: Entry): Listed => ({ ...entry, pending: null })

/** Null where nobody runs, or speaks another contract. */
async function entriesInForce(cli: Cli, paths: YardPaths): Promise<readonly Listed[] | null> {
  const { findOwner } = await import('../owner.ts')
  const owner = await findOwner(paths, { kind: 'person' })
  if (!owner) return null
  try {
    const { service } = owner.client
    const [inForce, pending] = await Promise.all([service.config(), service.pendingConfig()])
    if (pending.problem !== null)
      cli.print.progress(
        `yard: the running service goes by what it read before: ${oneLine(pending.problem)}`,
      )
    return withPending(inForce, pending.entries)
  } catch (error) {
    const why = oneLine(failureFromError(error).message)
    cli.print.progress(
      `yard: the running service does not say what is in force (${why}): this is what the files say here`,
    )
    return null
  }
}
/** A key that only the files name is listed with what holds without them. */
function withPending(inForce: readonly Entry[], pending: PendingConfig): readonly Listed[] {
  const changed = new Map(
    pending.map(({ key, inForce: before, ...said }) => [key, { before, said }]),
  )
  const known = new Set(inForce.map(({ key }) => key))
  const listed = inForce.map((entry) => ({
    ...entry,
    pending: changed.get(entry.key)?.said ?? null,
  }))
  const added = [...changed]
    .filter(([key]) => !known.has(key))
    .map(([key, { before, said }]) => ({ key, ...before, file: null, line: null, pending: said }))
  return [...listed, ...added]
}

async function listAll(cli: Cli, words: Words): Promise<Outcome> {
  const { print } = cli
  const entries = await entriesOf(cli, words)
  if (!entries.ok) return entries
  const isChanged = entries.value.some(({ pending }) => pending !== null)
  print.result(entries.value, () => {
    print.table(
      ['KEY', 'SOURCE', 'VALUE', ...(isChanged ? ['NOT RELOADED'] : [])],
      entries.value.map(({ key, value, source, pending }) => [
        ...[key, source, show(value)],
        ...(isChanged ? [pending ? shownOrNone(pending.value) : ''] : []),
      ]),
    )
    if (isChanged)
      print.line(
        'yard service reload applies what stands under NOT RELOADED, as any yard config does',
      )
  })
  return ok(0)
}

async function printOne(cli: Cli, words: Words, key: string): Promise<Outcome> {
  const entries = await entriesOf(cli, words)
  if (!entries.ok) return entries
  const one = oneOf(cli, words, entries.value, key)
  if (!one.ok) return one
  const { value, pending } = one.value
  cli.print.result(one.value, () => cli.print.line(show(value)))
  if (pending && !cli.print.isJson)
    cli.print.progress(
      `config changed, not reloaded: ${placeOf(pending)} says ${shownOrNone(pending.value)}; yard service reload`,
    )
  return ok(0)
}

/** A key that nobody set has its default. */
function oneOf(
  cli: Cli,
  words: Words,
  entries: readonly Listed[],
  key: string,
): Result<Listed, Failure> {
  const known = entries.find((entry) => entry.key === key)
  if (known) return ok(known)
  const place = configPlace(cli, words.flag('global') ?? false)
  if (!place.ok) return place
  const loaded = loadConfig(place.value.sources)
  if (!loaded.ok) return loaded
  const one = loaded.value.get(key)
  return one.ok ? ok(settled(one.value)) : one
}

const placeOf = ({ file, line, source }: Omit<Entry, 'key'>): string =>
  file === null ? `the ${source}` : `${file}${line === null ? '' : `:${line}`}`

const shownOrNone = (value: unknown): string => show(value) || 'nothing'

const show = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value))
}
