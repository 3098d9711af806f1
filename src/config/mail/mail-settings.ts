/** The tables about messages as settings, and what their values must fit beside each other. Pure. */
import { invariant } from '../../base/result.ts'
import type { DurationUnit } from '../../domain/format.ts'
import { ANY_PERSON } from '../../domain/messages/message.ts'
import { nearMatch } from '../../domain/near-match.ts'
import { profileOf, unknownExecutor } from '../../domain/routing/resolve.ts'
import type {
  FleetSettings,
  JobSettings,
  MemberSettings,
  MessageSettings,
  Settings,
  TransportSettings,
} from '../../domain/settings.ts'
import { formatKey } from '../keys.ts'
import { errorAt, type ConfigError, type Winners } from '../layer.ts'
import type { ConfigFile } from '../schema.ts'
import { durationMs } from '../value-schemas.ts'

interface MailTables {
  readonly messages: MessageSettings
  readonly members: Readonly<Record<string, MemberSettings>>
  readonly jobs: Readonly<Record<string, JobSettings>>
  readonly transport: TransportSettings
  readonly fleet: FleetSettings
}

export function mailTablesOf(file: ConfigFile): MailTables {
  const { messages: said, transport, fleet } = file
  const messages: MessageSettings = {
    retryAfterMs: ms(said.retry_after, 's'),
    tries: said.tries,
    maxHops: said.max_hops,
    perPair: said.per_pair,
    escalateTo: said.escalate_to ?? ANY_PERSON,
  }
  return {
    messages,
    members: mapOf(file.members, (member) => memberOf(member, messages)),
    jobs: mapOf(file.jobs, (job) => jobOf(job, file.schedule.tz ?? null)),
    transport: {
      type: transport.type,
      remote: transport.remote,
      branch: transport.branch,
      machine: transport.machine ?? null,
      pollMs: ms(transport.poll, 's'),
      url: transport.url ?? null,
      tokenFile: transport.token_file ?? null,
      pin: transport.pin ?? null,
    },
    fleet: {
      listen: fleet.listen ?? null,
      tls: fleet.tls,
      plain: fleet.plain,
      maxAgents: fleet.max_agents,
      lostAfterMs: ms(fleet.lost_after, 'm'),
    },
  }
}

const mapOf = <A, B>(table: Readonly<Record<string, A>>, to: (entry: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(table).map(([name, entry]) => [name, to(entry)]))

function memberOf(file: ConfigFile['members'][string], messages: MessageSettings): MemberSettings {
  return {
    executor: file.executor ?? null,
    isPerson: file.person,
    conversation: file.conversation,
    isPiloted: file.pilot,
    tries: file.tries ?? messages.tries,
    retryAfterMs:
      file.retry_after === undefined ? messages.retryAfterMs : ms(file.retry_after, 's'),
  }
}

const jobOf = (file: ConfigFile['jobs'][string], tz: string | null): JobSettings => ({
  member: file.member,
  message: file.message,
  schedule: { spec: file.schedule, tz: file.tz ?? tz },
  conversation: file.conversation,
  missed: file.missed,
  isPaused: file.paused,
})

function ms(value: number | string, unit: DurationUnit): number {
  const result = durationMs(value, unit)
  invariant(result !== null, `${value} passed the schema`)
  return result
}

export function checkMail(settings: Settings, winners: Winners): ConfigError[] {
  const { members, jobs, messages } = settings
  const isMember = (name: string): boolean => Object.hasOwn(members, name)
  const named = [
    ...Object.entries(jobs).map(
      ([name, { member }]) => [['jobs', name, 'member'], member] as const,
    ),
    ...(messages.escalateTo === ANY_PERSON
      ? []
      : [[['messages', 'escalate_to'], messages.escalateTo] as const]),
  ]
  return [
    ...Object.keys(members).flatMap((name) => checkMember(settings, winners, name)),
    ...named.flatMap(([path, name]) =>
      isMember(name) ? [] : [noMember(settings, winners, path, name)],
    ),
    ...checkFleet(settings, winners),
  ]
}

function checkMember(settings: Settings, winners: Winners, name: string): ConfigError[] {
  const path = ['members', name, 'executor']
  const { executor = null, isPerson = false } = settings.members[name] ?? {}
  if (executor === null) return []
  const key = formatKey(path)
  if (isPerson) return [errorAt(winners, path, { message: `${key}: a person has no executor` })]
  if (profileOf(settings, executor)) return []
  const { message, hint = null, kind } = unknownExecutor(settings, executor)
  return [errorAt(winners, path, { message: `${key}: ${message}`, hint, kind })]
}

function noMember(
  { members }: Settings,
  winners: Winners,
  path: readonly string[],
  name: string,
): ConfigError {
  const near = nearMatch(name, Object.keys(members))
  const hint = near ? `did you mean ${near}?` : `[members.${name}] makes one`
  return errorAt(winners, path, { message: `${formatKey(path)}: there is no member ${name}`, hint })
}

function checkFleet({ fleet }: Settings, winners: Winners): ConfigError[] {
  const { listen, tls, plain } = fleet
  if (listen === null || tls !== 'off' || plain || isLoopback(listen)) return []
  const path = ['fleet', 'tls']
  const message = `${formatKey(path)}: "off" leaves ${listen} open to others without encryption`
  const hint = 'take tls = "auto"; plain = true says that a proxy before it speaks TLS'
  return [errorAt(winners, path, { message, hint })]
}

/** `127.0.0.1:7443`, `[::1]:7443`, `localhost:7443` */
export function isLoopback(listen: string): boolean {
  const host = listen.slice(0, listen.lastIndexOf(':')).replace(/^\[|\]$/g, '')
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
