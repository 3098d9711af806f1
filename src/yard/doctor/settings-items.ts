/** What a diagnosis says of the configuration and of all that is named in it: executors, members, jobs, and the way to other machines. */
import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { gitVersion, openRepository, remoteProblem } from '../../agents/git/repository.ts'
import { systemClock } from '../../base/clock.ts'
import { parseKey } from '../../config/keys.ts'
import type { DoctorItem } from '../../contract/service.ts'
import { elapsedText } from '../../domain/format.ts'
import type { Failure } from '../../domain/failure.ts'
import { profileOf } from '../../domain/routing/resolve.ts'
import type { JobSettings, MemberSettings, Settings } from '../../domain/settings.ts'
import { loadCertificate } from '../../fleet/certificate.ts'
import { openHubClient } from '../../fleet/mail/hub/hub-client.ts'
import { MAIL_PATH } from '../../fleet/mail/hub/hub-wire.ts'
import { hostGit } from '../git/plan-git-guard.ts'
import { clockTime } from '../views/iso-time.ts'
import { fail, item, warn } from './items.ts'
import type { Patient } from './patient.ts'

const NETWORK_LIMIT_MS = 30_000
/** Mail for a machine that is away may wait; so much of a wait is worth a look. */
const OLD_MAIL_MS = 3_600_000

/** The files as they are, with what is wrong in the table of a member, a job or an executor under the id of that, too. */
export function configItems({ configProblem, settings }: Patient): DoctorItem[] {
  const id = 'config.valid'
  if (!configProblem) return [item(id, 'the configuration is valid')]
  const { message, hint } = configProblem
  const consequence = settings ? 'what was in force before stays so' : 'no command opens the yard'
  const broken = fail(id, `${message}; ${consequence}`, hint ?? 'mend the line in the file')
  return [broken, ...faultsIn(configProblem.facts?.['faults'])]
}

const NAMED: Readonly<Record<string, string>> = {
  executors: 'executor',
  members: 'member',
  jobs: 'job',
}

function faultsIn(faults: unknown): DoctorItem[] {
  const items = new Map<string, DoctorItem>()
  for (const { key, place, message, hint } of Array.isArray(faults) ? (faults as Fault[]) : []) {
    const [table = '', name] = parseKey(key) ?? []
    const kind = NAMED[table]
    if (kind === undefined || name === undefined) continue
    const id = `${kind}.${name}`
    if (!items.has(id)) items.set(id, fail(id, `${place}: ${message}`, hint ?? 'mend that line'))
  }
  return [...items.values()]
}

interface Fault {
  readonly key: string
  readonly place: string
  readonly message: string
  readonly hint: string | null
}

/** Nothing where the files are broken and nothing is in force. */
export function settingsItems(patient: Patient): DoctorItem[] {
  const { settings } = patient
  if (!settings) return []
  const { members, jobs, coordinator } = settings
  const executors = new Set([coordinator.executor, ...patient.namedExecutors])
  const mail = patient.mail()
  return [
    ...[...executors].map((name) => executorItem(patient, name)),
    ...Object.entries(members).map(([name, member]) => memberItem(patient, settings, name, member)),
    ...(mail ? [deadItem(mail.dead)] : []),
    ...Object.entries(jobs).map(([name, job]) => jobItem(patient, settings, name, job)),
    ...(mail && settings.transport.type !== 'local'
      ? [outboxItem(mail.outbox, mail.oldestAt, patient.now())]
      : []),
  ]
}

function executorItem(patient: Patient, name: string): DoctorItem {
  const id = `executor.${name}`
  const { binary, problem } = patient.probe(name)
  return problem === null
    ? item(id, binary ?? 'it needs no program here')
    : warn(id, problem, 'yard executors says what each needs')
}

function memberItem(
  patient: Patient,
  settings: Settings,
  name: string,
  { isPerson, executor }: MemberSettings,
): DoctorItem {
  const id = `member.${name}`
  if (isPerson) return item(id, 'a person, who is given notices')
  const own = executor ?? settings.coordinator.executor
  const profile = profileOf(settings, own)
  if (!profile)
    return fail(id, `there is no executor ${own}`, `yard config members.${name}.executor NAME`)
  const { type } = profile
  if (type === 'shell' || type === 'manual' || type === 'external')
    return warn(
      id,
      `its turns are not run: the executor ${own} is ${type}`,
      `yard config members.${name}.executor NAME`,
    )
  const { problem } = patient.probe(own)
  return problem === null
    ? item(id, `its turns run on ${own}`)
    : fail(id, `its turns cannot run: ${problem}`, 'yard executors says what each needs')
}

const deadItem = (count: number): DoctorItem =>
  count === 0
    ? item('message.dead', 'no message was given up')
    : warn(
        'message.dead',
        `messages that were given up: ${count}`,
        'yard msg dead lists them; --retry sends one again, --drop closes it',
      )

function jobItem(
  patient: Patient,
  { members }: Settings,
  name: string,
  { member, schedule, isPaused }: JobSettings,
): DoctorItem {
  const id = `job.${name}`
  if (!Object.hasOwn(members, member))
    return fail(id, `there is no member ${member}`, `yard member add ${member}`)
  const next = patient.nextFireAt(schedule)
  const fix = `yard config jobs.${name}.schedule TIMES`
  if (!next.ok) return fail(id, next.error.message, fix)
  if (next.value === null) return fail(id, `"${schedule.spec}" never comes`, fix)
  return item(id, isPaused ? 'paused' : `fires next ${clockTime(next.value, patient.now())}`)
}

function outboxItem(count: number, oldestAt: number | null, now: number): DoctorItem {
  const id = 'transport.outbox'
  if (oldestAt === null) return item(id, 'nothing waits for another machine')
  const ageMs = Math.max(0, now - oldestAt)
  const text = `${count} for other machines; the oldest has waited ${elapsedText(ageMs)}`
  return ageMs < OLD_MAIL_MS
    ? item(id, text)
    : warn(id, text, 'yard transport status says for whom, and what keeps it')
}

export async function gitItems(patient: Patient): Promise<DoctorItem[]> {
  const transport = patient.settings?.transport
  const isNeeded = transport?.type === 'git'
  const found = await gitVersion(patient.paths.root)
  const problem = found.ok ? found.value.problem : found.error.message
  const version =
    problem === null
      ? item('git.version', found.ok ? found.value.version : '')
      : (isNeeded ? fail : warn)('git.version', problem, 'install git 2.38 or newer')
  if (!isNeeded || problem !== null) return [version]
  return [version, await remoteItem(patient, transport.remote)]
}

/** Where other machines are served: whether they are, and how long the certificate holds. */
export async function endpointItems(patient: Patient): Promise<DoctorItem[]> {
  const { settings, owner } = patient
  if (settings === null || settings.fleet.listen === null) return []
  const { listen } = settings.fleet
  const id = 'door.listen'
  const { url = null, problem = null } = patient.endpoint() ?? {}
  const fix =
    'yard config fleet.listen ADDRESS:PORT names another place; yard service status says the same'
  const certificate = await certificateItems(patient, settings)
  if (problem !== null)
    return [fail(id, `other machines are not served at ${listen}: ${problem}`, fix), ...certificate]
  if (url !== null) return [item(id, `other machines are served at ${url}`), ...certificate]
  const isRun = owner.kind === 'other' && !owner.isCommand
  return [
    isRun
      ? warn(id, `the host does not serve other machines at ${listen}`, fix)
      : item(id, `no host runs; the next one serves other machines at ${listen}`),
    ...certificate,
  ]
}

const DAY_MS = 86_400_000
const SOON_DAYS = 30

/** Nothing without TLS, and nothing of our own before it was first made. */
async function certificateItems(
  { paths, now }: Patient,
  { fleet: { tls } }: Settings,
): Promise<DoctorItem[]> {
  const id = 'door.certificate'
  const file = paths.service.doorKey
  if (tls === 'off' || (tls === 'auto' && !existsSync(file))) return []
  const loaded = await loadCertificate(tls, { root: paths.root, file, now: now() })
  if (!loaded.ok) return [failed(id, loaded.error)]
  if (loaded.value === null) return []
  const { cert, pin } = loaded.value
  const { validToDate } = new X509Certificate(cert)
  const days = Math.floor((validToDate.getTime() - now()) / DAY_MS)
  const text = `it holds until ${validToDate.toISOString().slice(0, 10)}, with the pin ${pin}`
  const fix =
    tls === 'auto'
      ? `remove ${file} and restart the host: the new certificate has another pin, which each machine must be told`
      : 'put a newer certificate in its place'
  if (days < 0) return [fail(id, text, fix)]
  return [days < SOON_DAYS ? warn(id, text, fix) : item(id, text)]
}

/** Of `transport.type = "hub"`: the settings, the token file, and whether the hub lets this machine in. */
export async function hubItems(patient: Patient): Promise<DoctorItem[]> {
  const { settings, paths, env, isNetwork } = patient
  const id = 'transport.remote'
  if (settings?.transport.type !== 'hub') return []
  const { transport } = settings
  const opened = openHubClient({ transport, root: paths.root, env }, systemClock)
  if (!opened.ok) return [failed(id, opened.error)]
  const hub = opened.value
  try {
    const token = hub.readToken()
    if (!token.ok) return [failed(id, token.error)]
    const { href } = hub.url
    if (!isNetwork) return [item(id, `${href} (not asked: --network does)`)]
    const options = { signal: AbortSignal.timeout(NETWORK_LIMIT_MS) }
    const answer = await hub.ask(MAIL_PATH, options, (found) => found.text())
    return [answer.ok ? item(id, `${href} lets this machine in`) : failed(id, answer.error)]
  } finally {
    hub.close()
  }
}

const failed = (id: string, { message, hint }: Failure): DoctorItem =>
  fail(id, message, hint ?? 'yard transport status says what keeps it')

async function remoteItem({ paths, isNetwork }: Patient, remote: string): Promise<DoctorItem> {
  const id = 'transport.remote'
  const fix = 'yard config transport.remote NAME, and `git remote -v` lists the names'
  const guard = { ...hostGit(paths), isQuiet: () => false }
  const repository = await openRepository(paths.root, guard)
  if (!repository.ok) return fail(id, repository.error.message, fix)
  const limitMs = isNetwork ? NETWORK_LIMIT_MS : null
  const problem = await remoteProblem(repository.value, remote, limitMs)
  if (problem !== null) return fail(id, problem, fix)
  return item(id, isNetwork ? `${remote} answers` : `${remote} (not asked: --network does)`)
}
