/** What is wrong with a yard, and what mends it: `yard doctor`. Each look has a time limit of its own, and one that fails hides no other. */
import { errorText } from '../../base/text.ts'
import type { DoctorItem } from '../../contract/service.ts'
import { bytesText, elapsedText } from '../../domain/format.ts'
import { isTrusted } from '../access/trust.ts'
import { hasDatabase, lostDatabase } from '../backup/lost-database.ts'
import { fail, item, warn } from './items.ts'
import { configItems, endpointItems, gitItems, hubItems, settingsItems } from './settings-items.ts'
import type { OwnerFinding, Patient } from './patient.ts'

const LOW_DISK = 1_000_000_000
const FULL_DISK = 100_000_000
const INTEGRITY_LIMIT_MS = 30_000
/** A loop shows itself every five seconds. */
const LATE_MS = 10_000
const FROZEN_MS = 20_000

export async function diagnose(patient: Patient): Promise<DoctorItem[]> {
  const parts: [string, () => DoctorItem[] | Promise<DoctorItem[]>][] = [
    ['yard.found', () => [item('yard.found', `the yard of ${patient.paths.root}`)]],
    ['yard.trust', () => [trustItem(patient)]],
    ['store.integrity', async () => [await integrityItem(patient)]],
    ['store.disk', () => [diskItem(patient)]],
    ['owner.lock', () => ownerItems(patient)],
    ['config.valid', () => configItems(patient)],
    ['executor', () => settingsItems(patient)],
    ['git.version', () => gitItems(patient)],
    ['transport.remote', () => hubItems(patient)],
    ['door.listen', () => endpointItems(patient)],
  ]
  const found = await Promise.all(parts.map(([id, look]) => guarded(id, look)))
  return found.flat()
}

async function guarded(
  id: string,
  look: () => DoctorItem[] | Promise<DoctorItem[]>,
): Promise<DoctorItem[]> {
  try {
    return await look()
  } catch (error) {
    return [warn(id, `it could not be looked at: ${errorText(error)}`, 'try again')]
  }
}

function trustItem({ paths, dataFolder }: Patient): DoctorItem {
  const id = 'yard.trust'
  return isTrusted({ paths, dataFolder })
    ? item(id, 'it was made here, or a person has confirmed it')
    : warn(
        id,
        'it was not made here and nobody has confirmed it: nothing of it runs',
        'yard trust shows what it would run, and confirms it',
      )
}

async function integrityItem(patient: Patient): Promise<DoctorItem> {
  const id = 'store.integrity'
  const { paths, dataFolder } = patient
  const lost = lostDatabase(paths, dataFolder)
  if (lost) return fail(id, lost.message, lost.hint ?? 'yard restore')
  if (!hasDatabase(paths)) return item(id, 'there is no database yet')
  const found = await patient.integrity(INTEGRITY_LIMIT_MS)
  const [first, ...others] = found?.problems ?? []
  if (first !== undefined) {
    const more = others.length > 0 ? ` (and ${others.length} more)` : ''
    return fail(
      id,
      `the database is damaged: ${first}${more}`,
      'stop the service, then `yard restore` puts the newest backup in its place',
    )
  }
  if (!found?.isWhole)
    return warn(
      id,
      'nothing was found in the part that was looked at; it was not looked at whole',
      'stop the service and run `yard doctor` again',
    )
  return item(id, 'the database is sound')
}

function diskItem({ paths, freeBytes }: Patient): DoctorItem {
  const id = 'store.disk'
  const free = freeBytes()
  const text = `${bytesText(free)} are free where ${paths.yard} lies`
  const fix = 'make room: while nothing can be saved no agent starts'
  if (free < FULL_DISK) return fail(id, text, fix)
  return free < LOW_DISK ? warn(id, text, fix) : item(id, text)
}

function ownerItems({ owner, version }: Patient): DoctorItem[] {
  const [lock, heartbeat] = ['owner.lock', 'owner.heartbeat']
  switch (owner.kind) {
    case 'none': {
      const left =
        owner.leftPid === null ? '' : `; pid ${owner.leftPid}, which is gone, left its state.json`
      return [item(lock, `no host runs it: a command opens it itself${left}`)]
    }
    case 'unknown':
      return [fail(lock, owner.problem, 'is .yard/service writable for you?')]
    case 'self': {
      const { heartbeatAgeMs } = owner
      const own = item(lock, `this process (pid ${process.pid}) holds it`)
      return heartbeatAgeMs === null
        ? [own]
        : [own, heartbeatItem(heartbeat, heartbeatAgeMs, process.pid)]
    }
    case 'other':
      return otherItems(owner, version)
  }
}

function otherItems(
  owner: Extract<OwnerFinding, { kind: 'other' }>,
  version: string,
): DoctorItem[] {
  const { pid, isCommand, answers, heartbeatAgeMs } = owner
  const lock = 'owner.lock'
  if (pid === null)
    return [
      warn(
        lock,
        'another process holds it and does not say who it is',
        'a command that is at work, or a host that is starting: try again in a moment',
      ),
    ]
  if (isCommand) return [item(lock, `a command (pid ${pid}) holds it while its work lasts`)]
  return [
    item(lock, `pid ${pid} holds it`),
    heartbeatAgeMs === null
      ? warn(
          'owner.heartbeat',
          `pid ${pid} ${answers ? 'answers' : 'does not answer'}, and shows no heartbeat`,
          'yard service restart',
        )
      : heartbeatItem('owner.heartbeat', heartbeatAgeMs, pid),
    owner.version === version
      ? item('owner.version', `version ${version}, as this command`)
      : warn(
          'owner.version',
          `it runs version ${owner.version ?? 'unknown'}; this command is ${version}`,
          'yard service restart',
        ),
  ]
}

function heartbeatItem(id: string, ageMs: number, pid: number): DoctorItem {
  const text = `the loop of pid ${pid} last ran ${elapsedText(ageMs)} ago`
  if (ageMs < LATE_MS) return item(id, text)
  const fix = `it hangs, or was stopped: \`kill -CONT ${pid}\` lets a stopped process go on; else end it and run \`yard service start\`. Agents live through both`
  return ageMs < FROZEN_MS ? warn(id, text, fix) : fail(id, text, fix)
}
