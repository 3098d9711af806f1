import { err, ok, type Result } from '../../../base/result.ts'
import type { ConfigChange, ConfigEdit } from '../../../config/edit.ts'
import { CONFIG_FLAGS as flags, type CONFIG_FLAGS } from '../../../config/keys.ts'
import { loadConfig } from '../../../config/load.ts'
import type { YardPaths } from '../../../config/paths.ts'
import type { Failure } from '../../../domain/failure.ts'
import { refuseAgent } from '../../connect/connect.ts'
import { failureFromError } from '../../connect/failure-from-error.ts'
import { findOwner } from '../../connect/owner.ts'
import {
  argument,
  defineCommand,
  option,
  type Cli,
  type Outcome,
  printed,
} from '../../spec/define.ts'
import { shownOrNone, valueText } from '../../text/format.ts'
import { oneLine } from '../../text/print.ts'
import {
  changeConfig,
  configFiles,
  type Entry,
  type PendingConfig,
  type Reload,
} from './change-config.ts'

export const config = defineCommand({
  arguments: {
    key: argument('[key]', 'such as coordinator.max_agents'),
    value: argument('[value]', 'its new value'),
  },
  options: {
    list: option('--list', 'every key with its value and where that comes from'),
    unset: option('--unset <key>', 'takes a value out of the file'),
    maxAgents: option('--max-agents <n>', 'sets coordinator.max_agents'),
    model: option('--model <name>', 'sets coordinator.model'),
    executor: option('--executor <name>', 'sets coordinator.executor'),
    pollInterval: option('--poll-interval <seconds>', 'sets coordinator.poll_interval'),
    autoTriage: option('--auto-triage <true|false>', 'sets triage.auto'),
    triageModel: option('--triage-model <name>', 'sets models.roles.triage'),
    autoAssign: option('--auto-assign <true|false>', 'sets assignment.auto'),
    global: option('--global', 'for all your yards, not for this one'),
    reload: option('--no-reload', 'does not reload a running service'),
  },
  notes: [
    'Beside a running service it shows what that goes by, with its own environment, and what the files say beyond that: `pending` in JSON.',
    'A change makes the service read all files anew; what else that applies is said, and has `asked: false` in JSON.',
  ],
  examples: [
    'yard config --list',
    'yard config coordinator.max_agents 8',
    'yard config --unset coordinator.model',
    `yard config executors.mine '{ type = "command", command = ["mine", "{prompt_file}"] }'`,
  ],
  async handler(cli, input) {
    const allowed = refuseAgent(cli, 'see or change the configuration')
    if (!allowed.ok) return allowed
    const edits = await editsFrom(input)
    if (!edits.ok) return edits
    const { key, list, global: isGlobal, reload } = input
    if (edits.value.length > 0)
      return list
        ? wrong('--list goes with nothing that changes')
        : setAll(cli, { isGlobal, reloads: reload }, edits.value)
    if (list && key !== undefined) return wrong('--list shows all keys; name none')
    if (key === undefined && !list) return wrong('nothing to show or change was named')
    return key === undefined ? printAll(cli, isGlobal) : printOne(cli, isGlobal, key)
  },
})

const wrong = (message: string): Outcome =>
  err({ kind: 'bad-request', message, hint: 'see `yard help config`' })

type Given = Record<
  (typeof CONFIG_FLAGS)[number]['option'] | 'key' | 'value' | 'unset',
  string | undefined
>

async function editsFrom(given: Given): Promise<Result<readonly ConfigEdit[], Failure>> {
  const { key, value, unset } = given
  const edits: ConfigEdit[] = []
  for (const flag of flags) {
    const text = given[flag.option]
    if (text !== undefined) edits.push({ key: flag.key, value: text })
  }
  if (unset !== undefined) edits.push({ key: unset, value: null })
  if (key !== undefined && value !== undefined) edits.push({ key, value })
  else if (key !== undefined && edits.length > 0)
    return err({
      kind: 'bad-request',
      message: `"${key}" has no value`,
      hint: 'give it one, or leave it out',
    })
  return ok(edits)
}

async function setAll(
  cli: Cli,
  how: { readonly isGlobal: boolean; readonly reloads: boolean },
  edits: readonly ConfigEdit[],
): Promise<Outcome> {
  const { print } = cli
  const { editConfig } = await import('../../../config/edit.ts')
  const changed = await changeConfig(cli, how, (sources, scope) =>
    editConfig(sources, scope, edits),
  )
  if (!changed.ok) return changed
  const { changes, reload } = changed.value
  const also = alsoChanged(reload, changes)
  const asked = changes.map((change) => ({ ...change, asked: true }))
  const others = also.map(({ key, value, file }) => ({ key, value, file, asked: false }))
  return printed(cli, reload.kind === 'applied' ? [...asked, ...others] : asked, () => {
    for (const change of changes) print.line(changeText(change))
    printReload(cli, reload, { changes, also })
  })
}

function changeText({ key, value, file, wasAbsent }: ConfigChange): string {
  if (wasAbsent) return `${key} does not stand in ${file}: nothing to take out`
  return value === null
    ? `${key} is taken out of ${file}`
    : `${key} = ${valueText(value)} in ${file}`
}

/** What the files said already, which the running service had not read. */
function alsoChanged(reload: Reload, changes: readonly ConfigChange[]): PendingConfig {
  if (reload.kind !== 'applied' && reload.kind !== 'left') return []
  const own = (key: string): boolean =>
    changes.some((change) => `${key}.`.startsWith(`${change.key}.`))
  return reload.changed.filter(({ key }) => !own(key))
}

function printReload(
  { print }: Cli,
  reload: Reload,
  { changes, also }: { changes: readonly ConfigChange[]; also: PendingConfig },
): void {
  if (reload.kind === 'no-owner') return
  if (reload.kind === 'not-taken') {
    print.line(`the running service did not take it (${oneLine(reload.why)}): yard service restart`)
    return
  }
  const isApplied = reload.kind === 'applied'
  const above = isApplied ? changes.flatMap((change) => aboveIt(change, reload.inForce)) : []
  for (const entry of above)
    print.line(
      `the running service keeps ${entry.key} = ${valueText(entry.value)}: ${originOf(entry)}, which stands above`,
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

const originOf = ({ source, file }: Entry): string => {
  if (source === 'flag') return 'it was started with that'
  return source === 'env' ? 'its environment says that' : `${file} says that`
}

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
  return printed(cli, entries.value, () => {
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
