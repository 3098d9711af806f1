import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTimeOf } from '../../../src/agents/process/host/identity.ts'
import { recoverStage } from '../../../src/agents/process/recover.ts'
import type { Recovery } from '../../../src/agents/process/recover.ts'
import { host } from './stages.ts'
import { eventually } from '../../support/eventually.ts'

let folder: string
let bootId: string
const children: ChildProcess[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yard-recover-'))
  bootId = await host.bootId()
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const recover = (bootIdAtLaunch: string | null = bootId): Promise<Recovery> =>
  recoverStage(folder, { bootIdAtLaunch, host })
const put = (name: string, text: string): void => writeFileSync(join(folder, name), text)

/** A living process, with these words in its command line. */
async function living(...words: string[]): Promise<{ pid: number; startTime: string }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', ...words], {
    stdio: 'ignore',
  })
  children.push(child)
  await new Promise((resolve) => child.once('spawn', resolve))
  const pid = child.pid ?? 0
  return { pid, startTime: (await startTimeOf(pid, host)) ?? '' }
}

/** A pid that was a process's and is nobody's now. */
async function ended(): Promise<{ pid: number; startTime: string }> {
  const gone = await living()
  const child = children.pop()
  await new Promise((resolve) => {
    child?.once('exit', resolve)
    child?.kill('SIGKILL')
  })
  return gone
}

describe('recovery of a stage', () => {
  it('settles with exit.json before anything else', async () => {
    const { pid, startTime } = await ended()
    put('pid', `${pid} ${startTime}\n`)
    put('exit.json', '{"code":3,"signal":null}')
    expect(await recover()).toMatchObject({ kind: 'exited', exit: { code: 3, signal: null } })
  })

  it('settles with what the supervisor wrote last, and gives that its lasting name', async () => {
    const { pid, startTime } = await ended()
    put('pid', `${pid} ${startTime}\n`)
    put(`exit.${pid}`, '{"code":3,"signal":null}'.padEnd(63) + '\n')
    put('exit.json', '{"code":0,"signal":null}')
    expect(await recover()).toMatchObject({ kind: 'exited', exit: { code: 3, signal: null } })
    expect(readdirSync(folder).toSorted()).toEqual(['exit.json', 'pid'])
    expect(await recover()).toMatchObject({ kind: 'exited', exit: { code: 3, signal: null } })
  })

  it('settles with it also where an agent has taken pid away', async () => {
    const started = await ended()
    put(`exit.${started.pid}`, '{"code":3,"signal":null}'.padEnd(63) + '\n')
    const found = await recoverStage(folder, { bootIdAtLaunch: bootId, host, started })
    expect(found).toMatchObject({ kind: 'exited', exit: { code: 3 } })
    expect(readdirSync(folder)).toEqual(['exit.json'])
  })

  it.each([null, '1 1\n', 'terminal 1 1\n'])(
    'believes no exit.json of an agent that has made of pid: %j',
    async (forged) => {
      const started = await ended()
      put(`exit.${started.pid}`, '{"code":3,"signal":null}'.padEnd(63) + '\n')
      put('exit.json', '{"code":0,"signal":null}')
      if (forged !== null) put('pid', forged)
      const options = { bootIdAtLaunch: bootId, host, started }
      expect(await recoverStage(folder, options)).toMatchObject({ exit: { code: 3 } })
      expect(await recoverStage(folder, options)).toMatchObject({ exit: { code: 3 } })
    },
  )

  it('adopts a supervisor whose start is on record though its agent has written over pid', async () => {
    const started = await living(folder)
    put('pid', '1 1\n')
    put('exit.json', '{"code":0,"signal":null}')
    const found = await recoverStage(folder, { bootIdAtLaunch: bootId, host, started })
    expect(found).toEqual({ kind: 'alive', ...started })
  })

  it('reads what was written over a longer text of the agent', async () => {
    const { pid, startTime } = await ended()
    put('pid', `${pid} ${startTime}\n`)
    put(`exit.${pid}`, `${'{"code":3,"signal":null}'.padEnd(63)}\nthe rest of it`)
    expect(await recover()).toMatchObject({ kind: 'exited', exit: { code: 3 } })
  })

  it('believes nothing in the draft of a supervisor that lives', async () => {
    const { pid, startTime } = await living()
    put('pid', `${pid} ${startTime}\n`)
    put(`exit.${pid}`, '{"code":0,"signal":null}'.padEnd(63) + '\n')
    expect(await recover()).toEqual({ kind: 'alive', pid, startTime })
    expect(readdirSync(folder).toSorted()).toEqual([`exit.${pid}`, 'pid'])
  })

  it('takes a supervisor that was killed before it wrote the end as lost', async () => {
    const { pid, startTime } = await ended()
    put('pid', `${pid} ${startTime}\n`)
    put(`exit.${pid}`, `${pid} ${startTime}`.padEnd(63) + '\n')
    put('exit.json', '{"code":0,"signal":null}')
    expect(await recover()).toEqual({ kind: 'lost' })
  })

  it('believes no exit.json while the supervisor lives, for that writes it last', async () => {
    const { pid, startTime } = await living()
    put('pid', `${pid} ${startTime}\n`)
    put('exit.json', '{"code":0,"signal":null}')
    expect(await recover()).toEqual({ kind: 'alive', pid, startTime })
  })

  it('takes a start on record for lost when its folder has vanished, never for one that never ran', async () => {
    const started = await ended()
    rmSync(folder, { recursive: true })
    const options = { bootIdAtLaunch: null, host, started }
    expect(await recoverStage(folder, options)).toEqual({ kind: 'lost' })
    const stranger = await living()
    expect(await recoverStage(folder, { ...options, started: stranger })).toEqual({ kind: 'lost' })
    const own = await living(folder)
    const found = await recoverStage(folder, { ...options, started: own })
    expect(found).toEqual({ kind: 'alive', ...own })
  })

  it('does not own a stage whose start is on record and whose pid was taken away', async () => {
    const started = await ended()
    const options = { bootIdAtLaunch: bootId, host, started }
    expect(await recoverStage(folder, options)).toEqual({ kind: 'lost' })
    expect(readdirSync(folder)).toEqual([])
  })

  it.runIf(process.platform === 'linux')(
    'finds the supervisor of a vanished folder that nobody has put on record (it needs /proc)',
    async () => {
      const { pid, startTime } = await living('/x/supervise.sh', folder, '/dev/null')
      rmSync(folder, { recursive: true })
      expect(await recover(null)).toEqual({ kind: 'alive', pid, startTime })
    },
  )

  it('settles with exit.json from before the machine was started again', async () => {
    put('exit.json', '{"code":143,"signal":"SIGTERM"}')
    expect(await recover('another boot')).toMatchObject({
      kind: 'exited',
      exit: { code: 143, signal: 'SIGTERM' },
    })
  })

  it('owns a folder that nobody has touched, for good', async () => {
    expect(await recover()).toEqual({ kind: 'never-ran' })
    expect(readFileSync(join(folder, 'pid'), 'utf8')).toMatch(/^recovery \d+ \d+\n$/)
    expect(readdirSync(folder)).toEqual(['pid'])
    expect(await recover()).toEqual({ kind: 'never-ran' })
  })

  it('takes a folder that is not there for one that never ran', async () => {
    rmSync(folder, { recursive: true })
    expect(await recover()).toEqual({ kind: 'never-ran' })
    expect(existsSync(folder)).toBe(false)
  })

  it('fences a folder of another boot as well', async () => {
    expect(await recover('another boot')).toEqual({ kind: 'never-ran' })
    expect(existsSync(join(folder, 'pid'))).toBe(true)
  })

  it('adopts a supervisor that lives', async () => {
    const { pid, startTime } = await living()
    put('pid', `${pid} ${startTime}\n`)
    expect(await recover()).toEqual({ kind: 'alive', pid, startTime })
  })

  it('does not trust a pid that was given out again', async () => {
    const { pid, startTime } = await living()
    put('pid', `${pid} ${Number(startTime) - 1}\n`)
    expect(await recover()).toEqual({ kind: 'lost' })
  })

  it('does not trust a living pid of another boot', async () => {
    const { pid, startTime } = await living(folder)
    put('pid', `${pid} ${startTime}\n`)
    expect(await recover('another boot')).toEqual({ kind: 'lost' })
  })

  it('wants the folder in the command line when the boot is not known', async () => {
    const stranger = await living()
    put('pid', `${stranger.pid} ${stranger.startTime}\n`)
    expect(await recover(null)).toEqual({ kind: 'lost' })
    const { pid, startTime } = await living(folder)
    put('pid', `${pid} ${startTime}\n`)
    expect(await recover(null)).toEqual({ kind: 'alive', pid, startTime })
  })

  it('takes a supervisor that is gone without a word as lost', async () => {
    const { pid, startTime } = await ended()
    put('pid', `${pid} ${startTime}\n`)
    expect(await recover()).toEqual({ kind: 'lost' })
  })

  it.runIf(process.platform === 'linux')(
    'takes a zombie as dead (on Linux, where a shell leaves one)',
    async () => {
      const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 100000'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      children.push(parent)
      const pid = await new Promise<number>((resolve) =>
        parent.stdout.once('data', (text) => resolve(Number(text))),
      )
      const look = await eventually(async () => {
        const found = (await host.look([pid])).get(pid)
        expect(found?.isDead).toBe(true)
        return found
      })
      put('pid', `${pid} ${look?.startTime}\n`)
      expect(await recover()).toEqual({ kind: 'lost' })
    },
  )

  it('reads exit.json once more when the supervisor has just ended', async () => {
    const { pid, startTime } = await ended()
    put('pid', `${pid} ${startTime}\n`)
    const writesLate: typeof host = {
      ...host,
      look(pids) {
        put('exit.json', '{"code":0,"signal":null}')
        return host.look(pids)
      },
    }
    const found = await recoverStage(folder, { bootIdAtLaunch: bootId, host: writesLate })
    expect(found).toMatchObject({ kind: 'exited', exit: { code: 0 } })
  })

  it('reopens what an earlier recovery owned and did not commit', async () => {
    put('pid', 'recovery 4711 1234\n')
    expect(await recover()).toEqual({ kind: 'never-ran' })
  })

  it('takes an empty pid with no living writer as lost', async () => {
    const { pid, startTime } = await ended()
    put('pid', '')
    put(`exit.${pid}`, `${pid} ${startTime}`.padEnd(63) + '\n')
    put('pid.1', '1 0\n') // as earlier programs noted themselves
    expect(await recover()).toEqual({ kind: 'lost' })
  })

  it.each(['noted', 'empty'])(
    'waits for the writer of an empty pid, its own file %s',
    async (own) => {
      const writer = await living(folder)
      put('pid', '')
      put(`exit.${writer.pid}`, own === 'noted' ? `${writer.pid} ${writer.startTime}   \n` : '')
      let looks = 0
      const writesMeanwhile: typeof host = {
        ...host,
        look(pids) {
          looks += 1
          if (looks === 6) put('pid', `${writer.pid} ${writer.startTime}\n`)
          return host.look(pids)
        },
      }
      const found = await recoverStage(folder, { bootIdAtLaunch: bootId, host: writesMeanwhile })
      expect(found).toEqual({ kind: 'alive', ...writer })
      expect(looks).toBeGreaterThan(6)
    },
  )

  it('takes a writer that is stopped before it writes as alive', async () => {
    const writer = await living(folder)
    put('pid', '')
    put(`pid.${writer.pid}`, `${writer.pid} ${writer.startTime}\n`)
    expect(await recover()).toEqual({ kind: 'alive', ...writer })
  })

  it('takes content that nobody writes as lost', async () => {
    put('pid', 'what is this\n')
    expect(await recover()).toEqual({ kind: 'lost' })
  })

  it('decides nothing when the folder cannot be used', async () => {
    mkdirSync(join(folder, 'exit.json'))
    expect(await recover()).toMatchObject({ kind: 'undecided', code: 'EISDIR' })
    expect(existsSync(join(folder, 'pid'))).toBe(false)
  })
})
