/** Graph files: `yard import` reports every error in one with its line, `yard export` writes one. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { err, ok, type Result } from '../../../base/result.ts'
import { fail, failure, type Failure } from '../../../domain/failure.ts'
import { TRANSFER_FORMATS } from '../../../domain/moving/transfer.ts'
import { graphFailure, readGraphFile, type GraphReading } from '../../../graph-file/read-graph.ts'
import { withYard } from '../../connect/connect.ts'
import { failureFromError, isLostConnection } from '../../connect/failure-from-error.ts'
import type { Client } from '../../connect/owner.ts'
import { argument, defineCommand, option, printed, type Cli } from '../../spec/define.ts'
import { counted } from '../../text/format.ts'
import { exportFolder, importFolder, isFolderPath } from './move.ts'

export const importGraph = defineCommand({
  arguments: {
    file: argument(
      '<file>',
      'TOML, JSON or JSON lines; - reads stdin; or a folder of AgentWeave (.agentweave) or workgraph (.workgraph)',
    ),
  },
  options: {
    publish: option('--publish', 'of a folder: lets go what was not held back there'),
  },
  examples: [
    'yard import graph.toml',
    'yard export --dir ../other | yard import -',
    'yard import .agentweave',
  ],
  notes: [
    'Of a folder tasks come in as drafts, jobs paused, and messages wake nobody, unless --publish is given. What has no place here is named.',
  ],
  async handler(cli, { file, publish }) {
    const isFolder = file !== '-' && isFolderPath(resolve(cli.machine.cwd, file))
    if (isFolder) return importFolder(cli, file, { isPublished: publish })
    if (publish)
      return fail('bad-request', '--publish is for the folder of another program', {
        hint: 'tasks of a graph file are drafts only where it says paused = true',
      })
    const graph = await readGraph(cli, file)
    if (!graph.ok) return graph
    return withYard(cli, async ({ client }) => {
      const named = { name: file, graph: graph.value }
      const ids = await importInto(client, named, cli.commandId)
      if (!ids.ok) return ids
      return printed(cli, { ids: ids.value }, () => `imported ${counted(ids.value.length, 'task')}`)
    })
  },
})

const GRAPH_FORMATS = ['toml', 'json', 'jsonl', 'mermaid', 'dot'] as const
const FORMATS = [...GRAPH_FORMATS, ...TRANSFER_FORMATS] as const

export const exportGraph = defineCommand({
  options: {
    format: option.oneOf('--format <format>', 'the form (else toml)', FORMATS),
    out: option('--out <dir>', 'agentweave, workgraph: the new or empty folder to write', String),
  },
  examples: [
    'yard export > graph.toml',
    'yard export --format dot | dot -Tsvg > graph.svg',
    'yard export --format workgraph --out ../moved',
  ],
  // The text is written unchanged, also with --json, which only makes JSON the format where none is named.
  async handler(cli, { format = cli.print.isJson ? 'json' : 'toml', out }) {
    const program = TRANSFER_FORMATS.find((each) => each === format)
    if ((program === undefined) !== (out === undefined))
      return fail('bad-request', `--out is for ${TRANSFER_FORMATS.join(' and ')}, which need it`, {
        hint: 'yard export --format workgraph --out DIR; all others are written to stdout',
      })
    if (program !== undefined && out !== undefined) return exportFolder(cli, program, out)
    const graph = GRAPH_FORMATS.find((each) => each === format) ?? 'toml'
    return withYard(cli, async ({ client }) => {
      const { text } = await client.task.export({ format: graph })
      cli.print.raw(text)
      return ok(0)
    })
  },
})

/** `name` as it was written: a path, or `-`. What is wrong with single tasks is left to `importInto`. */
export async function readGraph(
  { machine }: Cli,
  name: string,
): Promise<Result<GraphReading, Failure>> {
  if (name === '-') return readGraphFile(await readAll(machine.stdin), name)
  try {
    return readGraphFile(await readFile(resolve(machine.cwd, name), 'utf8'), name)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
    return err(failure('file-broken', `${name}: ${why}`, { hint: 'nothing was imported' }))
  }
}

/** For a graph that is to run at once: any error in it is refused before anything is started. */
export async function readGraphToRun(cli: Cli, name: string): Promise<Result<NamedGraph, Failure>> {
  const graph = await readGraph(cli, name)
  if (!graph.ok) return graph
  const { faults } = graph.value
  return faults.length === 0 ? ok({ name, graph: graph.value }) : err(graphFailure(name, faults))
}

export interface NamedGraph {
  /** As it was written: a path, or `-`. */
  readonly name: string
  readonly graph: GraphReading
}

/** All or nothing. A rejection that names a task of the file gets that task's line. */
export async function importInto(
  client: Client,
  { name, graph }: NamedGraph,
  commandId: string,
): Promise<Result<readonly string[], Failure>> {
  const isFaulty = graph.faults.length > 0
  const only = isFaulty ? { dryRun: true } : { commandId }
  try {
    const { ids } = await client.task.import({ tasks: [...graph.tasks], ...only })
    return isFaulty ? err(graphFailure(name, graph.faults)) : ok(ids)
  } catch (error) {
    if (isLostConnection(error)) throw error
    return err(withLine(failureFromError(error), { name, graph }))
  }
}

/** Adds the errors of the file itself. */
function withLine(refusal: Failure, { name, graph }: NamedGraph): Failure {
  const faults = faultsIn(refusal, graph)
  if (graph.faults.length > 0) return graphFailure(name, [...graph.faults, ...faults])
  if (faults.length === 0) return refusal
  const label = name === '-' ? 'the graph on stdin' : name
  const shown = faults.slice(0, SHOWN_FAULTS).map(({ line, message }) => `line ${line}: ${message}`)
  const more = faults.length > shown.length ? [`and ${faults.length - shown.length} more`] : []
  return {
    kind: refusal.kind,
    message: `${label}: ${[...shown, ...more].join(' | ')}`,
    hint: 'nothing was imported',
    facts: { ...refusal.facts, file: name, faults },
  }
}

const SHOWN_FAULTS = 8

interface LineFault {
  readonly line: number
  readonly message: string
}

/** The host names tasks by their index in the import; of a single task it names only the id. */
function faultsIn({ kind, message, facts }: Failure, graph: GraphReading): LineFault[] {
  const reported: readonly unknown[] = Array.isArray(facts?.faults) ? facts.faults : []
  const faults = reported.flatMap((fault) => {
    if (typeof fault !== 'object' || fault === null) return []
    const given = { index: null, message: '', kind: '', facts: null, ...fault }
    const { index, message: what, kind: which } = given
    if (typeof index !== 'number' || index < 0 || index >= graph.tasks.length) return []
    // A faulty task was sent by its name alone.
    if (graph.names.has(index) && which !== 'id-taken') return []
    const field = FIELDS[String(which)] ?? namedIn(given.facts)
    return [{ line: graph.lineOf(index, field), message: `${what}${meantOf(given.facts)}` }]
  })
  if (faults.length > 0 || graph.tasks.length !== 1 || graph.names.size > 0) return faults
  return [{ line: graph.lineOf(0, FIELDS[kind]), message: `${message}${meantOf(facts)}` }]
}

const namedIn = (facts: unknown): string | undefined =>
  typeof facts === 'object' && facts !== null && 'field' in facts && typeof facts.field === 'string'
    ? facts.field
    : undefined

/** The task that an unknown dependency most likely means. */
const meantOf = (facts: unknown): string =>
  typeof facts === 'object' && facts !== null && 'near' in facts && facts.near !== null
    ? `; did you mean "${facts.near}"?`
    : ''

/** The field of a task that a refusal is about. */
const FIELDS: Readonly<Record<string, string>> = {
  'unknown-dependency': 'after',
  cycle: 'after',
  'id-taken': 'id',
  'unknown-executor': 'executor',
  'unknown-model': 'model',
}
