import { err, ok, type Result } from '../../base/result.ts'
import type { ConfigEdit } from '../../config/edit.ts'
import { CONFIG_FLAGS } from '../../config/keys.ts'
import { loadConfig, type ConfigEntry } from '../../config/load.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Cli, Outcome } from '../cli.ts'
import { changeConfig, configPlace } from '../config-place.ts'
import { refuseAgent } from '../refuse-agent.ts'
import { oneLine } from '../table.ts'
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
  print.result(changes, () => {
    for (const { key, value, file } of changes)
      print.line(
        value === null ? `${key} is taken out of ${file}` : `${key} = ${show(value)} in ${file}`,
      )
    if (told === 'applied') print.line('the running service goes by it already')
    if (told === 'not-understood')
      print.line('the running service did not take it: yard service restart')
  })
  return ok(0)
}

/** A living owner knows its own flags, too; without one the files and the environment are all there is. */
async function entriesOf(cli: Cli, words: Words): Promise<Result<readonly ConfigEntry[], Failure>> {
  const place = configPlace(cli, words.flag('global') ?? false)
  if (!place.ok) return place
  const { paths, sources } = place.value
  const isGlobal = words.flag('global') ?? false
  if (isGlobal) {
    const loaded = loadConfig({ ...sources, projectFile: null, env: {} })
    return loaded.ok ? ok(loaded.value.list()) : loaded
  }
  const loaded = loadConfig(sources)
  if (!loaded.ok || paths === null) return loaded.ok ? ok(loaded.value.list()) : loaded
  const flags = await ownerFlags(cli)
  return ok(loaded.value.list().map((entry) => flags.get(entry.key) ?? entry))
}

/** Flags of a living owner; the environment that it was started in is its own affair. */
async function ownerFlags(cli: Cli): Promise<ReadonlyMap<string, ConfigEntry>> {
  const { findYard } = await import('../../config/paths.ts')
  const { findOwner } = await import('../owner.ts')
  const paths = findYard(cli.machine.cwd, cli.machine.env, cli.dir)
  const owner = paths.ok ? await findOwner(paths.value, { kind: 'person' }) : null
  if (!owner) return new Map()
  try {
    const entries = await owner.client.service.config()
    return new Map(
      entries
        .filter(({ source }) => source === 'flag')
        .map(({ key, value }) => [key, { key, value, source: 'flag', file: null, line: null }]),
    )
  } catch {
    return new Map() // of another contract, or gone meanwhile
  }
}

async function listAll(cli: Cli, words: Words): Promise<Outcome> {
  const { print } = cli
  const entries = await entriesOf(cli, words)
  if (!entries.ok) return entries
  print.result(entries.value, () =>
    print.table(
      ['KEY', 'SOURCE', 'VALUE'],
      entries.value.map(({ key, value, source }) => [key, source, show(value)]),
    ),
  )
  return ok(0)
}

async function printOne(cli: Cli, words: Words, key: string): Promise<Outcome> {
  const entries = await entriesOf(cli, words)
  if (!entries.ok) return entries
  const known = entries.value.find((entry) => entry.key === key)
  const place = configPlace(cli, words.flag('global') ?? false)
  if (!place.ok) return place
  const loaded = loadConfig(place.value.sources)
  if (!loaded.ok) return loaded
  const one = known ? ok(known) : loaded.value.get(key)
  if (!one.ok) return one
  cli.print.result(one.value, () => cli.print.line(show(one.value.value)))
  return ok(0)
}

const show = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value))
}
