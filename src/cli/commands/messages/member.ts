/** `yard member`: who messages can be sent to. */
import { err, ok } from '../../../base/result.ts'
import type { MemberView } from '../../../contract/message.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import { formatDuration } from '../../../domain/format.ts'
import { isMemberName } from '../../../domain/messages/message.ts'
import { nearMatch } from '../../../domain/near-match.ts'
import { askYard, refuseAgent, withYard } from '../../connect/connect.ts'
import {
  argument,
  type Cli,
  defineCommand,
  defineSubcommand,
  option,
  type Outcome,
  printed,
} from '../../spec/define.ts'
import { definedFields, retryAfter, whole } from '../../spec/values.ts'
import { changeConfig } from '../config/change-config.ts'

const list = (cli: Cli): Promise<Outcome> =>
  askYard(
    cli,
    (client) => client.member.list(),
    (members) => {
      if (members.length === 0)
        return void cli.print.line('no members; yard member add NAME makes one')
      cli.print.table(
        ['NAME', 'EXECUTOR', 'STATE', 'WAITING', 'AGENT', 'LAST TURN', 'NEXT WAKE'],
        members.map((member) => [
          member.name,
          member.person ? 'a person' : (member.executor ?? ''),
          member.paused ? `${member.state}, paused` : member.state,
          String(member.waiting),
          member.agent ?? '',
          member.lastTurn ?? '',
          member.nextWake ?? '',
        ]),
      )
    },
  )

const name = argument('<name>', 'the member')
const settings = {
  executor: option('--executor <name>', 'how its turns are run (else as tasks that name none)'),
  person: option('--person', 'a person: given notices, never started'),
  conversation: option.oneOf('--conversation <how>', 'whether turns go on with its own', [
    'resume',
    'new',
  ]),
  pilot: option.oneOf('--pilot <on|off>', 'you drive it in a terminal: it is not woken', [
    'on',
    'off',
  ]),
  retryAfter: option(
    '--retry-after <time>',
    'until a message comes again after a turn that failed (else 600 s)',
    retryAfter,
  ),
  tries: option(
    '--tries <n>',
    'failed turns after which a message is given up (else 3)',
    whole(1, 100),
  ),
}

interface Given {
  readonly executor: string | undefined
  readonly person: boolean | undefined
  readonly conversation: string | undefined
  readonly pilot: string | undefined
  readonly retryAfter: number | undefined
  readonly tries: number | undefined
}

/** By the keys of the file. */
const keysOf = ({ executor, person, conversation, pilot, retryAfter, tries }: Given) =>
  definedFields({
    executor,
    person: person || undefined,
    conversation,
    pilot: pilot === undefined ? undefined : pilot === 'on',
    retry_after: retryAfter === undefined ? undefined : formatDuration(retryAfter),
    tries,
  })

async function write(cli: Cli, member: string, keys: Readonly<Record<string, unknown>>) {
  const { editConfig } = await import('../../../config/edit.ts')
  const edits = Object.entries(keys).map(([key, value]) => ({
    key: `members.${member}.${key}`,
    value: typeof value === 'string' ? JSON.stringify(value) : String(value),
  }))
  return changeConfig(cli, { isGlobal: false, reloads: true }, (sources, scope) =>
    editConfig(sources, scope, edits),
  )
}

const add = defineSubcommand({
  name: 'add',
  summary: 'makes a member, in [members.NAME] of the configuration',
  arguments: { name },
  options: settings,
  examples: ['yard member add back-end --executor claude', 'yard member add anna --person'],
  async handler(cli, { name: member, ...given }) {
    const allowed = refuseAgent(cli, 'add a member')
    if (!allowed.ok) return allowed
    if (!isMemberName(member))
      return err(
        failure('bad-request', `${JSON.stringify(member)} cannot be the name of a member`, {
          hint: '1 to 32 letters, digits, dashes and underscores, and none of all, person, yard, agent-7',
        }),
      )
    const found = await findMember(cli, member)
    if (!found.ok) return found
    if (found.value.member !== null)
      return err(
        failure('id-taken', `there is a member ${member} already`, {
          hint: `yard member edit ${member} changes it`,
          facts: { member },
        }),
      )
    const keys = keysOf(given)
    const changed = await write(
      cli,
      member,
      Object.keys(keys).length > 0 ? keys : { person: false },
    )
    if (!changed.ok) return changed
    return printed(cli, { name: member }, () => `${member} is a member`)
  },
})

const edit = defineSubcommand({
  name: 'edit',
  summary: 'changes a member',
  arguments: { name },
  options: settings,
  async handler(cli, { name: member, ...given }) {
    const allowed = refuseAgent(cli, 'change a member')
    if (!allowed.ok) return allowed
    const known = await knownMember(cli, member)
    if (!known.ok) return known
    const keys = keysOf(given)
    if (Object.keys(keys).length === 0)
      return err(
        failure('bad-request', 'nothing to change is named', { hint: 'yard help member edit' }),
      )
    const changed = await write(cli, member, keys)
    if (!changed.ok) return changed
    return printed(cli, { name: member }, () => `${member} is changed`)
  },
})

const remove = defineSubcommand({
  name: 'remove',
  summary: 'takes a member out of the configuration',
  arguments: { name },
  async handler(cli, { name: member }) {
    const allowed = refuseAgent(cli, 'remove a member')
    if (!allowed.ok) return allowed
    const known = await knownMember(cli, member)
    if (!known.ok) return known
    if (known.value.waiting > 0 || known.value.agent !== null)
      return err(
        failure(
          'wrong-state',
          `${member} has ${known.value.agent ? 'a turn' : openText(known.value.waiting)}`,
          {
            hint: `yard msg list ${member} --open shows them, yard msg ack --all --for ${member} closes them`,
            facts: { name: member, waiting: known.value.waiting },
          },
        ),
      )
    const { editConfig } = await import('../../../config/edit.ts')
    const changed = await changeConfig(cli, { isGlobal: false, reloads: true }, (sources, scope) =>
      editConfig(sources, scope, [{ key: `members.${member}`, value: null }]),
    )
    if (!changed.ok) return changed
    const left = await findMember(cli, member)
    if (!left.ok) return left
    if (left.value.member !== null) return err(notOfThisYard(member))
    return printed(cli, { name: member }, () => `${member} is no member any more`)
  },
})

const openText = (count: number): string =>
  count === 1 ? '1 open message' : `${count} open messages`

const notOfThisYard = (member: string): Failure =>
  failure('not-allowed', `${member} stands in your own config file, not in that of the yard`, {
    hint: `yard config --global --unset members.${member} removes it there`,
    facts: { member },
  })

/** As the yard has it in force; null where there is none. */
async function findMember(cli: Cli, member: string) {
  let found: MemberView | null = null
  let names: readonly string[] = []
  const outcome = await withYard(cli, async ({ client }) => {
    const members = await client.member.list()
    names = members.map((each) => each.name)
    found = members.find((each) => each.name === member) ?? null
    return ok(0)
  })
  return outcome.ok ? ok({ member: found as MemberView | null, names }) : outcome
}

async function knownMember(cli: Cli, member: string) {
  const found = await findMember(cli, member)
  if (!found.ok) return found
  if (found.value.member !== null) return ok(found.value.member)
  const { names } = found.value
  const near = nearMatch(member, names)
  return err(
    failure('unknown-member', `there is no member "${member}"`, {
      hint: near ? `did you mean ${near}?` : 'yard member list shows them',
      facts: { member },
    }),
  )
}

const acting = (verb: 'wake' | 'pause' | 'resume', summary: string, said: string) =>
  defineSubcommand({
    name: verb,
    summary,
    arguments: { name },
    handler: (cli, { name: member }) =>
      withYard(cli, async ({ client }) => {
        const view = await client.member[verb]({ name: member, commandId: cli.commandId })
        const isHeld = verb === 'wake' && (await client.service.status()).paused
        const text = isHeld ? `${said} once the yard goes on` : said
        return printed(cli, view, () => `${member} ${text}`)
      }),
  })

export const member = defineCommand({
  subcommands: [
    defineSubcommand({ name: 'list', summary: 'lists the members', handler: list }),
    add,
    edit,
    remove,
    acting('wake', 'gives a member a turn now', 'takes a turn'),
    acting('pause', 'holds the waking of a member; its turn is let finish', 'is paused'),
    acting('resume', 'wakes a paused member again', 'is woken again'),
  ],
  handler: list,
})
