/** The launcher process from within: starts supervisors one per turn of its loop, and does the looking and killing, so that the owner's loop never forks or scans. */
import type { Clock } from '../../../base/clock.ts'
import { assertNever } from '../../../base/result.ts'
import type { ProcessHost, ProcessTable } from '../host/process-host.ts'
import { treeCpu } from '../host/process-tree.ts'
import { killTree } from '../kill-tree.ts'
import type { LauncherReply, LauncherRequest, MarkedProcesses } from './launcher-wire.ts'
import { spawnStage } from './spawn-stage.ts'

export interface ResidentPorts {
  /** The command in front of DIR STDIN PROGRAM …: the shell and supervise.sh, or Node and supervise.mjs. */
  readonly supervisor: readonly string[]
  readonly host: ProcessHost
  readonly clock: Clock
  readonly reply: (reply: LauncherReply) => void
}

/** Returns the receiver of requests. Requests are answered in any order; starts happen in the order they came. */
export function createResident(ports: ResidentPorts): (request: LauncherRequest) => void {
  const { reply } = ports
  const scan = createSharedScan(ports.host)
  const start = createStarter(ports)
  const answer = async (request: LauncherRequest): Promise<void> => {
    const { id } = request
    switch (request.kind) {
      case 'start':
        return start(request)
      case 'kill': {
        const onPhase = (phase: Extract<LauncherReply, { kind: 'phase' }>['phase']): void =>
          reply({ kind: 'phase', id, phase })
        const report = await killTree(request.target, { ...ports, scan }, onPhase)
        return reply({ kind: 'kill', id, report })
      }
      case 'sweep':
        return reply({
          kind: 'sweep',
          id,
          found: await sweep(request.markers, await scan(), ports.host),
        })
      case 'cpu': {
        const table = await scan()
        const trees = request.trees.map((tree) => treeCpu(table, tree, ports.host))
        return reply({ kind: 'cpu', id, trees })
      }
      case 'ping':
        return reply({ kind: 'ping', id })
      default:
        return assertNever(request)
    }
  }
  return (request) => {
    answer(request).catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      reply({ kind: 'error', id: request.id, message })
    })
  }
}

type StartRequest = Extract<LauncherRequest, { kind: 'start' }>

/** One launch per turn: children that end at once would otherwise keep their own exits, and every reply, waiting. */
function createStarter({ supervisor, reply }: ResidentPorts): (request: StartRequest) => void {
  const waiting: StartRequest[] = []
  const startNext = (): void => {
    const request = waiting.shift()
    if (!request) return
    const { id, stage } = request
    const isStarted = spawnStage(supervisor, stage, (end) =>
      reply({ kind: 'ended', folder: stage.folder, end }),
    )
    void isStarted.then((result) => reply({ kind: 'start', id, result }))
    if (waiting.length > 0) setImmediate(startNext)
  }
  return (request) => {
    waiting.push(request)
    if (waiting.length === 1) setImmediate(startNext)
  }
}

/** A table costs 10 to 20 ms, and many agents may be stopped at once: all that ask in one turn get the same one, taken after they asked. */
function createSharedScan(host: ProcessHost): () => Promise<ProcessTable> {
  let next: Promise<ProcessTable> | null = null
  return () => {
    next ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        next = null
        host.table().then(resolve, reject)
      })
    })
    return next
  }
}

async function sweep(
  markers: readonly string[],
  table: ProcessTable,
  host: ProcessHost,
): Promise<MarkedProcesses[]> {
  const found = new Map<string, { pid: number; command: string | null }[]>()
  const wanted = new Set(markers)
  for (const row of table.rows.values()) {
    const marker = row.isDead || row.pid === process.pid ? null : table.markerOf(row.pid)
    if (marker === null || !wanted.has(marker)) continue
    const group = found.get(marker) ?? []
    found.set(marker, group)
    group.push({ pid: row.pid, command: await host.commandLine(row.pid) })
  }
  return [...found].map(([marker, processes]) => ({ marker, processes }))
}
