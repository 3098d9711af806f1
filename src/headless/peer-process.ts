/**
 * Which process of this machine is at the other end of a loopback connection. Linux alone tells: the connection's inode stands in
 * `/proc/net/tcp`, and in the list of open files of the process that holds it.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Socket } from 'node:net'

/** Null where it cannot be told: another system, another user's process, or one that has gone. */
export function peerPid(
  socket: Pick<Socket, 'remotePort' | 'localPort'>,
  platform: NodeJS.Platform = process.platform,
): number | null {
  const { remotePort, localPort } = socket
  if (platform !== 'linux' || remotePort === undefined || localPort === undefined) return null
  const inode = ['tcp', 'tcp6'].map((table) => inodeOf(table, remotePort, localPort)).find(Boolean)
  return inode === undefined || inode === null ? null : holderOf(`socket:[${inode}]`)
}

/** Of the peer's end: its own port is the local one there. */
function inodeOf(table: string, local: number, remote: number): string | null {
  for (const line of readText(`/proc/net/${table}`).split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/)
    const [from, to] = [portOf(fields[1]), portOf(fields[2])]
    if (from === local && to === remote) return fields[9] ?? null
  }
  return null
}

const portOf = (address: string | undefined): number =>
  Number.parseInt(address?.split(':').at(-1) ?? '', 16)

/** The youngest first: a command has just been started. */
function holderOf(link: string): number | null {
  const pids = listOf('/proc').filter((name) => /^\d+$/.test(name))
  for (const pid of pids.map(Number).toSorted((a, b) => b - a))
    for (const file of listOf(`/proc/${pid}/fd`))
      if (linkOf(`/proc/${pid}/fd/${file}`) === link) return pid
  return null
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // the system has no such table
  }
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // gone, or another user's
  }
}

function linkOf(file: string): string | null {
  try {
    return readlinkSync(file)
  } catch {
    return null // closed meanwhile
  }
}
