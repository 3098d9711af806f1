/** `yard doctor`: what is wrong with this yard. It asks the files and never waits for an owner that does not answer. */
import { ok } from '../../../base/result.ts'
import type { YardPaths } from '../../../config/paths.ts'
import type { DoctorItem } from '../../../contract/service.ts'
import type { OwnerFinding } from '../../../yard/doctor/patient.ts'
import { refuseAgent, yardOf } from '../../connect/connect.ts'
import { type Client, findOwner, isAlive } from '../../connect/owner.ts'
import { type Cli, defineCommand, option, type Outcome } from '../../spec/define.ts'
import type { Colour } from '../../text/print.ts'

/** An owner that answers has so long to say how its loop is. */
const OWNER_LIMIT_MS = 10_000
const LATE_MS = 10_000

export const doctor = defineCommand({
  options: { network: option('--network', 'asks remotes, too, each for 30 s at most') },
  notes: [
    'It works beside an owner, without one, and beside one that hangs. 0: all is ok or a warning, 1: something fails.',
    'Nothing is changed, and no process is ended.',
  ],
  examples: ['yard doctor', 'yard doctor --json --network'],
  async handler(cli, { network }) {
    const allowed = refuseAgent(cli, 'ask for a diagnosis')
    if (!allowed.ok) return allowed
    const paths = yardOf(cli)
    if (!paths.ok) {
      const { message, hint = null } = paths.error
      return shown(cli, [{ id: 'yard.found', level: 'fail', text: message, fix: hint }])
    }
    const [{ diagnose }, { filesPatient }] = await Promise.all([
      import('../../../yard/doctor/diagnose.ts'),
      import('../../../yard/doctor/patient.ts'),
    ])
    const { machine, version } = cli
    const owner = await ownerOf(paths.value)
    const patient = { paths: paths.value, env: machine.env, version, owner, isNetwork: network }
    return shown(cli, await diagnose(filesPatient(patient)))
  },
})

function shown({ print }: Cli, items: readonly DoctorItem[]): Outcome {
  print.result(items, () => {
    for (const { id, level, text, fix } of items) {
      print.line(`${print.paint(COLOURS[level], level.padEnd(4))}  ${id}  ${text}`)
      if (fix !== null && level !== 'ok') print.line(`      ${fix}`)
    }
  })
  return ok(items.some(({ level }) => level === 'fail') ? 1 : 0)
}

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red' } as const satisfies Record<
  DoctorItem['level'],
  Colour
>

async function ownerOf(paths: YardPaths): Promise<OwnerFinding> {
  const [{ askOwnerLock }, { readState }, { heartbeatAgeMs }] = await Promise.all([
    import('../../../yard/without-owner.ts'),
    import('../../../headless/state-file.ts'),
    import('../../../yard/doctor/heartbeat.ts'),
  ])
  const isHeld = askOwnerLock(paths)
  if (!isHeld.ok) return { kind: 'unknown', problem: isHeld.error.message }
  const state = readState(paths)
  if (!isHeld.value) return { kind: 'none', leftPid: state?.pid ?? null }
  const nameless = {
    kind: 'other',
    pid: null,
    version: null,
    isCommand: false,
    answers: false,
    heartbeatAgeMs: null,
  } as const
  // It was left behind, and whoever holds the lock now has written none.
  if (!state || !isAlive(state.pid)) return nameless
  const { pid, version, host } = state
  const seen = await heartbeatAgeMs(state, Date.now())
  const isCommand = host === 'command'
  const owner = isCommand ? null : await findOwner(paths, { kind: 'person' })
  const isLate = seen === null || seen >= LATE_MS
  // A full disk keeps its heartbeat from the file, and so may a machine that has just woken.
  const ageMs = owner && isLate ? ((await askLoop(owner.client)) ?? seen) : seen
  return {
    kind: 'other',
    pid,
    version,
    isCommand,
    answers: owner !== null,
    heartbeatAgeMs: ageMs,
  }
}

/** How long ago its loop ran, as the owner itself knows; null where that cannot be had. */
async function askLoop({ service }: Client): Promise<number | null> {
  try {
    const signal = AbortSignal.timeout(OWNER_LIMIT_MS)
    return (await service.status(undefined, { signal })).loopAgeMs
  } catch {
    return null // it hangs, or is of another version
  }
}
