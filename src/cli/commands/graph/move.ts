/** `yard import FOLDER` and `yard export --format agentweave|workgraph`: moving in from another program, and out to it. */
import { statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import type { FolderFile, Left, TransferFormat } from '../../../domain/moving/transfer.ts'
import { kindOfPath, readFile, readFolder, writeFolder } from '../../../graph-file/folder.ts'
import {
  AGENTWEAVE_YML,
  isOfAgentweave,
  readAgentweave,
} from '../../../graph-file/moving/read-agentweave.ts'
import { isOfWorkgraph, readWorkgraph } from '../../../graph-file/moving/read-workgraph.ts'
import { type Move, transferFailure, type FileFault } from '../../../graph-file/moving/source.ts'
import { withYard } from '../../connect/connect.ts'
import { failureFromError, isLostConnection } from '../../connect/failure-from-error.ts'
import type { Client } from '../../connect/owner.ts'
import { printed, type Cli, type Outcome } from '../../spec/define.ts'
import { counted } from '../../text/format.ts'

/** Drafts, paused jobs and messages that wake nobody, unless they are to be `published`. */
export async function importFolder(
  cli: Cli,
  name: string,
  { isPublished }: { isPublished: boolean },
): Promise<Outcome> {
  const read = await readMove(resolve(cli.machine.cwd, name), name, isPublished)
  if (!read.ok) return read
  const move = read.value
  if (move.faults.length > 0) return err(transferFailure(name, move.faults))
  return withYard(cli, async ({ client }) => {
    const { tasks, messages, config } = move
    const input = { tasks: [...tasks], messages: [...messages], config: [...config] }
    const sent = await client.transfer
      .import({ ...input, commandId: cli.commandId })
      .then(ok, (error: unknown) => err(refusalOf(error, name, move)))
    if (!sent.ok) return sent
    const published = isPublished ? await publish(client, move, sent.value) : []
    const left = merged(move.left.list(), sent.value.left)
    const reply = { ...sent.value, published, left }
    for (const { field, count } of left) cli.print.progress(`left out: ${field} (${count})`)
    return printed(cli, reply, () => summary(reply))
  })
}

type Reply = Awaited<ReturnType<Client['transfer']['import']>>

/** Those that were not held back where they come from. */
async function publish(
  client: Client,
  { held }: Move,
  { ids, finished }: Reply,
): Promise<string[]> {
  const over = new Set(finished)
  const released = ids.filter((id) => !over.has(id) && !held.has(id))
  if (released.length > 0)
    await client.task.change({ changes: released.map((id) => ({ do: 'release', id })) })
  return released
}

function summary({
  ids,
  finished,
  messages,
  config,
  known,
  published,
}: Reply & { published: string[] }): string {
  const open = ids.length - finished.length
  const drafts = open - published.length
  return [
    `imported ${counted(ids.length, 'task')} (${finished.length} finished${drafts > 0 ? `, ${counted(drafts, 'draft')}` : ''})`,
    counted(messages.length, 'message'),
    counted(config.length, 'key') + ' of the config',
    ...(known > 0 ? [`${known} known already`] : []),
  ].join(', ')
}

function merged(...lists: readonly (readonly Left[])[]): Left[] {
  const counts = new Map<string, number>()
  for (const { field, count } of lists.flat()) counts.set(field, (counts.get(field) ?? 0) + count)
  return [...counts].map(([field, count]) => ({ field, count }))
}

/** A refusal that names tasks gets their files and lines. */
function refusalOf(error: unknown, name: string, move: Move): Failure {
  if (isLostConnection(error)) throw error
  const refusal = failureFromError(error)
  const { faults } = refusal.facts ?? {}
  const placed = (Array.isArray(faults) ? (faults as unknown[]) : []).flatMap(
    (each): FileFault[] => {
      if (typeof each !== 'object' || each === null) return []
      const { index, message } = { index: null, message: '', ...each }
      const task = typeof index === 'number' ? move.tasks[index]?.task : undefined
      const place = task && move.placeOf(task.id)
      return place ? [{ ...place, message }] : []
    },
  )
  if (placed.length === 0) return refusal
  const told = transferFailure(name, placed)
  return { ...told, kind: refusal.kind, facts: { ...refusal.facts, ...told.facts } }
}

// The folder.

export const isFolderPath = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

const STATE_FOLDERS: Readonly<Record<string, TransferFormat>> = {
  '.agentweave': 'agentweave',
  '.workgraph': 'workgraph',
  '.wg': 'workgraph',
}

async function readMove(
  folder: string,
  name: string,
  isStarted: boolean,
): Promise<Result<Move, Failure>> {
  const place = placeIn(folder, name)
  if (!place.ok) return place
  const { path, format } = place.value
  if (format === 'workgraph') {
    const read = await readFolder(path, isOfWorkgraph)
    return read.ok ? ok(withOthers(readWorkgraph(read.value.files), read.value.others)) : read
  }
  const read = await readFolder(path, isOfAgentweave)
  if (!read.ok) return read
  const beside = await besides(join(dirname(path), AGENTWEAVE_YML), name)
  if (!beside.ok) return beside
  const move = readAgentweave([...read.value.files, ...beside.value], { isStarted })
  return ok(withOthers(move, read.value.others))
}

/** The folder itself, or the one in it that a program keeps its state in. */
function placeIn(
  folder: string,
  name: string,
): Result<{ readonly path: string; readonly format: TransferFormat }, Failure> {
  const isFolder = (path: string): boolean => kindOfPath(path) === 'folder'
  const named = STATE_FOLDERS[basename(folder)]
  if (named !== undefined) return ok({ path: folder, format: named })
  const inside = Object.entries(STATE_FOLDERS).filter(([state]) => isFolder(join(folder, state)))
  const [only, ...others] = inside
  if (only && others.length === 0) return ok({ path: join(folder, only[0]), format: only[1] })
  if (only)
    return err(
      failure('bad-request', `${name} holds ${inside.map(([state]) => state).join(' and ')}`, {
        hint: `name one of them: ${join(name, only[0])}`,
      }),
    )
  const has = (file: string): boolean => kindOfPath(join(folder, file)) === 'file'
  if (has('graph.jsonl')) return ok({ path: folder, format: 'workgraph' })
  if (has('session.json')) return ok({ path: folder, format: 'agentweave' })
  return err(
    failure('file-broken', `${name} is a folder of neither agentweave nor workgraph`, {
      hint: 'name their folder (.agentweave, .workgraph), or a graph file; nothing was imported',
    }),
  )
}

async function besides(path: string, name: string): Promise<Result<FolderFile[], Failure>> {
  if (kindOfPath(path) === null) return ok([])
  const text = await readFile(path)
  if (text.ok) return ok([{ path: AGENTWEAVE_YML, text: text.value }])
  return err(transferFailure(name, [{ file: AGENTWEAVE_YML, line: 1, message: text.error }]))
}

/** Files that were not read, told by the part of the folder that they are in. */
function withOthers(move: Move, others: readonly string[]): Move {
  for (const path of others) {
    const [first = '', second] = path.split('/')
    const isCounted = second !== undefined || !/(^\.|\.(lock|pid|log|heartbeat)$)/.test(first)
    if (isCounted) move.left.add(second === undefined ? first : `${partOf(path)}/`)
  }
  return move
}

/** `messages/archive`, `jobs/history`, `logs`. */
function partOf(path: string): string {
  const [first = '', second = '', third] = path.split('/')
  const hasParts = ['messages', 'tasks', 'jobs'].includes(first)
  return hasParts && third !== undefined ? `${first}/${second}` : first
}

// Out.

export async function exportFolder(
  cli: Cli,
  format: TransferFormat,
  name: string,
): Promise<Outcome> {
  const folder = resolve(cli.machine.cwd, name)
  return withYard(cli, async ({ client }) => {
    const { files, left } = await client.transfer.export({ format })
    const state = basename(folder)
    // A folder that is the state folder itself gets what is in there.
    const placed = !Object.hasOwn(STATE_FOLDERS, state)
      ? files
      : files.flatMap(({ path, text }) => {
          const rest = path.slice(path.indexOf('/') + 1)
          return path.startsWith('.') ? [{ path: rest, text }] : []
        })
    const written = writeFolder(folder, placed)
    if (!written.ok) return written
    for (const { field, count } of left) cli.print.progress(`left out: ${field} (${count})`)
    const reply = { folder, files: placed.map(({ path }) => path), left }
    return printed(cli, reply, () => `wrote ${counted(placed.length, 'file')} to ${folder}`)
  })
}
