/** `yard config --list` and `yard config KEY`. Apart from the command because reading configuration files takes long to load. */
import { ok, type Result } from '../../../base/result.ts'
import { loadConfig } from '../../../config/load.ts'
import type { YardPaths } from '../../../config/paths.ts'
import type { Failure } from '../../../domain/failure.ts'
import type { Cli, Outcome } from '../../spec/define.ts'
import { failureFromError } from '../../connect/failure-from-error.ts'
import { findOwner } from '../../connect/owner.ts'
import { oneLine } from '../../text/table.ts'
import { configFiles, type Entry, type PendingConfig } from './change-config.ts'
import { shownOrNone, valueText } from './value-text.ts'

interface Listed extends Entry {
  /** What the files say, where a living owner does not go by it yet. */
  readonly pending: Omit<Entry, 'key'> | null
}

/** What is in force: asked of a living owner; without one it is what the files and this environment say. */
async function entriesOf(cli: Cli, isGlobal: boolean): Promise<Result<readonly Listed[], Failure>> {
  const files = configFiles(cli, isGlobal)
  if (!files.ok) return files
  const { paths, sources } = files.value
  const owned = isGlobal || paths === null ? null : await entriesInForce(cli, paths)
  if (owned) return ok(owned)
  const loaded = loadConfig(isGlobal ? { ...sources, projectFile: null, env: {} } : sources)
  return loaded.ok ? ok(loaded.value.list().map(unchanged)) : loaded
}

const unchanged = (entry: Entry): Listed => ({ ...entry, pending: null })

/** Null where no owner runs, or one of another contract. */
async function entriesInForce(cli: Cli, paths: YardPaths): Promise<readonly Listed[] | null> {
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

export async function printAll(cli: Cli, isGlobal: boolean): Promise<Outcome> {
  const { print } = cli
  const entries = await entriesOf(cli, isGlobal)
  if (!entries.ok) return entries
  const isChanged = entries.value.some(({ pending }) => pending !== null)
  print.result(entries.value, () => {
    print.table(
      ['KEY', 'SOURCE', 'VALUE', ...(isChanged ? ['NOT RELOADED'] : [])],
      entries.value.map(({ key, value, source, pending }) => [
        ...[key, source, valueText(value)],
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

export async function printOne(cli: Cli, isGlobal: boolean, key: string): Promise<Outcome> {
  const entries = await entriesOf(cli, isGlobal)
  if (!entries.ok) return entries
  const one = entryOf(cli, isGlobal, entries.value, key)
  if (!one.ok) return one
  const { value, pending } = one.value
  cli.print.result(one.value, () => cli.print.line(valueText(value)))
  if (pending && !cli.print.isJson)
    cli.print.progress(
      `config changed, not reloaded: ${locationOf(pending)} says ${shownOrNone(pending.value)}; yard service reload`,
    )
  return ok(0)
}

/** A key that nobody set has its default. */
function entryOf(
  cli: Cli,
  isGlobal: boolean,
  entries: readonly Listed[],
  key: string,
): Result<Listed, Failure> {
  const known = entries.find((entry) => entry.key === key)
  if (known) return ok(known)
  const files = configFiles(cli, isGlobal)
  if (!files.ok) return files
  const loaded = loadConfig(files.value.sources)
  if (!loaded.ok) return loaded
  const one = loaded.value.get(key)
  return one.ok ? ok(unchanged(one.value)) : one
}

const locationOf = ({ file, line, source }: Omit<Entry, 'key'>): string =>
  file === null ? `the ${source}` : `${file}${line === null ? '' : `:${line}`}`
