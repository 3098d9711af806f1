/** `yard msg`: messages to members, tasks, agents and people. */
import { text as readAll } from 'node:stream/consumers'
import { err, ok, type Result } from '../../../base/result.ts'
import type { DeliveryView, MessageView } from '../../../contract/message.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import { oneLine } from '../../../domain/output.ts'
import { askYard, withYard } from '../../connect/connect.ts'
import { failureFromError, isLostConnection } from '../../connect/failure-from-error.ts'
import type { Client } from '../../connect/owner.ts'
import {
  argument,
  type Cli,
  defineCommand,
  defineSubcommand,
  option,
  type Outcome,
  printed,
} from '../../spec/define.ts'
import {
  definedFields,
  MESSAGE_KINDS,
  MESSAGE_PRIORITIES,
  taskId,
  whole,
} from '../../spec/values.ts'

const MAX_TEXT = 20_000

async function textOf(cli: Cli, given: string): Promise<Result<string, Failure>> {
  const text = (given === '-' ? await readAll(cli.machine.stdin) : given).trim()
  if (text === '')
    return err(failure('bad-request', 'the message is empty', { hint: 'say it in quotes' }))
  if (text.length > MAX_TEXT)
    return err(
      failure('bad-request', `the message has ${text.length} characters, and at most 20,000 fit`, {
        hint: 'put the rest into a file and name it: yard artifact keeps one with a task',
      }),
    )
  return ok(text)
}

const send = defineSubcommand({
  name: 'send',
  summary: 'sends a message and prints its id',
  arguments: {
    to: argument('<to>', 'members with commas, task:ID, agent-7, all, NAME@machine'),
    text: argument('<text>', 'what is said; - reads it from stdin'),
  },
  options: {
    kind: option.oneOf('--kind <kind>', 'what it is (else message)', MESSAGE_KINDS),
    priority: option.oneOf(
      '--priority <priority>',
      'else normal; low wakes nobody',
      MESSAGE_PRIORITIES,
    ),
    task: option('--task <id>', 'the task that it is about', taskId),
    replyTo: option('--reply-to <message>', 'the message that it answers'),
    isNew: option('--new', 'its turn begins a new conversation'),
    resumes: option('--resume', 'its turn goes on with the conversation of its member'),
  },
  exclusive: [['isNew', 'resumes']],
  examples: [
    'yard msg send back-end "The schema is in docs/schema.md"',
    'yard msg send reviewer "Please look at this" --kind review --task api',
    'yard msg send back-end - --kind delegation < work.md',
  ],
  async handler(cli, { to, text: given, isNew, resumes, ...more }) {
    const text = await textOf(cli, given)
    if (!text.ok) return text
    const conversation = isNew ? 'new' : resumes ? 'resume' : undefined
    return withYard(cli, async ({ client }) => {
      const message = await client.message.send({
        to: to.split(','),
        text: text.value,
        ...definedFields({ ...more, conversation }),
        commandId: cli.commandId,
      })
      await noteUnseen(cli, client, message)
      return printed(cli, message, () => message.id)
    })
  },
})

/** A machine may be set up later, or its name be mistyped: its mail waits either way. */
async function noteUnseen(
  { print }: Cli,
  client: Client,
  { deliveries }: MessageView,
): Promise<void> {
  const machines = deliveries.flatMap(({ recipient }) => recipient.split('@')[1] ?? [])
  if (machines.length === 0) return
  // Agents may not ask for it.
  const { peers } = await client.transport.status().catch(() => ({ peers: null }))
  if (peers === null) return
  const seen = new Set(peers.flatMap(({ machine, lastSeen }) => (lastSeen === null ? [] : machine)))
  const unseen = new Set(machines.filter((name) => !seen.has(name)))
  for (const machine of unseen)
    print.progress(`no machine ${machine} was ever seen: the message waits until there is one`)
}

const list = defineSubcommand({
  name: 'list',
  summary: 'lists messages, the newest first; nothing counts as read by that',
  arguments: { name: argument('[name|id]', 'to or from that member, task or person') },
  options: {
    open: option('--open', 'those that are not closed yet'),
    dead: option('--dead', 'those that could not be delivered'),
    kind: option.oneOf('--kind <kind>', 'of that kind', MESSAGE_KINDS),
    limit: option('--limit <n>', 'at most so many (else 100)', whole(1, 1000)),
  },
  exclusive: [['open', 'dead']],
  handler: (cli, { name: to, open, dead, kind, limit }) =>
    askYard(
      cli,
      (client) =>
        client.message.list({
          ...definedFields({ to, kind, limit }),
          ...(open ? { open } : {}),
          ...(dead ? { dead } : {}),
        }),
      (messages) => printList(cli, messages, dead),
    ),
})

function printList({ print }: Cli, messages: readonly MessageView[], isDead = false): void {
  if (messages.length === 0) return void print.line('no messages')
  print.table(
    ['ID', 'AT', 'FROM', 'TO', 'KIND', 'STATE', ...(isDead ? ['REASON'] : []), 'TEXT'],
    messages.map(({ id, at, from, deliveries, kind, priority, text }) => [
      id,
      at.slice(0, 16).replace('T', ' '),
      from,
      deliveries.map(({ recipient }) => recipient).join(', '),
      priority === 'normal' ? kind : `${kind}, ${priority}`,
      statesText(deliveries),
      ...(isDead ? [reasonText(deliveries)] : []),
      oneLine(text).slice(0, 60),
    ]),
  )
}

/** Once where it is the same for all, else of each in the order of their names. */
function statesText(deliveries: readonly DeliveryView[]): string {
  const states = deliveries.map(stateText)
  return (new Set(states).size === 1 ? states.slice(0, 1) : states).join(', ')
}

const reasonText = (deliveries: readonly DeliveryView[]): string => {
  const reasons = deliveries.flatMap(({ state, reason }) =>
    state === 'dead' ? (reason ?? []) : [],
  )
  return [...new Set(reasons.map(oneLine))].join('; ')
}

/** A person has notices, not turns. */
function triesText({ tries, recipientKind }: DeliveryView): string {
  if (tries === 0) return ''
  if (recipientKind === 'person') return `, ${tries} ${tries === 1 ? 'notice' : 'notices'} given`
  return `, ${tries} ${tries === 1 ? 'turn' : 'turns'} ended badly`
}

const stateText = ({ state, how, agent }: DeliveryView): string =>
  state === 'closed' ? (how ?? 'closed') : state === 'taken' ? `taken by ${agent ?? '?'}` : state

function printMessage({ print }: Cli, message: MessageView): void {
  const facts: readonly (readonly [string, string | null])[] = [
    ['id', message.id],
    ['at', message.at],
    ['from', message.from],
    ['kind', message.kind],
    ['priority', message.priority],
    ['task', message.task],
    ['replies to', message.replyTo],
    ['hops', message.hops === 0 ? null : String(message.hops)],
  ]
  for (const [name, value] of facts)
    if (value !== null) print.line(`${name.padEnd(11)} ${oneLine(value)}`)
  for (const delivery of message.deliveries) {
    const { recipient, reason, notBefore } = delivery
    const again = notBefore === null ? '' : `, again at ${notBefore}`
    const why = reason === null ? '' : `: ${oneLine(reason)}`
    print.line(
      `${'to'.padEnd(11)} ${recipient} (${stateText(delivery)}${again}${triesText(delivery)}${why})`,
    )
  }
  print.line(`\n${message.text}`)
  if (message.diff !== null) print.line(`\n${message.diff.trimEnd()}`)
}

const read = defineSubcommand({
  name: 'read',
  summary: 'shows one message whole; it stays as it is',
  arguments: { id: argument('<message>', 'its id') },
  handler: (cli, { id }) =>
    askYard(
      cli,
      (client) => client.message.get({ id }),
      (message) => printMessage(cli, message),
    ),
})

const reply = defineSubcommand({
  name: 'reply',
  summary: 'answers a message and closes it',
  arguments: {
    id: argument('<message>', 'its id'),
    text: argument('<text>', 'the answer; - reads it from stdin'),
  },
  options: {
    decision: option.oneOf(
      '--decision <decision>',
      'of a question about a task that fails again and again',
      ['retry', 'pause', 'cancel'],
    ),
  },
  async handler(cli, { id, text: given, decision }) {
    const text = await textOf(cli, given)
    if (!text.ok) return text
    return withYard(cli, async ({ client }) => {
      const fields = { ...definedFields({ decision }), commandId: cli.commandId }
      const message = await client.message.reply({ id, text: text.value, ...fields })
      return printed(cli, message, () => message.id)
    })
  },
})

const ack = defineSubcommand({
  name: 'ack',
  summary: 'closes messages without an answer',
  arguments: { ids: argument('[messages...]', 'their ids') },
  options: {
    all: option('--all', 'all that are open for --for'),
    for: option('--for <name>', 'the member, task or person that they are for'),
  },
  examples: ['yard msg ack 01JD8Y5Z0Q9V3T5N7B2K4M6P8R', 'yard msg ack --all --for back-end'],
  handler: (cli, { ids, all, for: name }) =>
    all ? ackAll(cli, ids, name) : ackThese(cli, ids, name),
})

async function ackAll(
  cli: Cli,
  ids: readonly string[],
  name: string | undefined,
): Promise<Outcome> {
  if (name === undefined || ids.length > 0)
    return err(
      failure('bad-request', '--all closes what is open for one name', {
        hint: 'yard msg ack --all --for NAME',
      }),
    )
  return withYard(cli, async ({ client }) => {
    const { acked } = await client.message.ackAll({ for: name, commandId: cli.commandId })
    return printed(cli, acked, () => `${acked.length} closed`)
  })
}

async function ackThese(
  cli: Cli,
  ids: readonly string[],
  name: string | undefined,
): Promise<Outcome> {
  if (ids.length === 0)
    return err(
      failure('bad-request', 'no message is named', { hint: 'yard msg list shows their ids' }),
    )
  return withYard(cli, async ({ client }) => {
    const closed: MessageView[] = []
    let refused: Failure | null = null
    for (const id of ids) {
      const commandId = `${cli.commandId} ${id}`
      const request = { id, ...definedFields({ for: name }), commandId }
      try {
        closed.push(await client.message.ack(request))
      } catch (error) {
        if (isLostConnection(error)) throw error
        // It keeps none of the others open.
        refused ??= failureFromError(error)
      }
    }
    if (refused === null) return printed(cli, closed, () => closed.map(({ id }) => id).join('\n'))
    return err(refused)
  })
}

const dead = defineSubcommand({
  name: 'dead',
  summary: 'lists what could not be delivered, sends one anew, or drops one',
  options: {
    retry: option('--retry <message>', 'sends it anew, under a new id'),
    drop: option('--drop <message>', 'closes it'),
  },
  exclusive: [['retry', 'drop']],
  handler(cli, { retry, drop }) {
    const id = retry ?? drop
    if (id === undefined)
      return askYard(
        cli,
        (client) => client.message.list({ dead: true, limit: 1000 }),
        (messages) => printList(cli, messages, true),
      )
    return withYard(cli, async ({ client }) => {
      const request = { id, commandId: cli.commandId }
      const message = await (retry === undefined
        ? client.message.drop(request)
        : client.message.retry(request))
      return printed(cli, message, () => message.id)
    })
  },
})

export const msg = defineCommand({
  subcommands: [send, list, read, reply, ack, dead],
  notes: ['Messages wait in the yard until they are dealt with: reading one changes nothing.'],
  handler: (cli) =>
    askYard(
      cli,
      (client) => client.message.list({ open: true }),
      (messages) => printList(cli, messages),
    ),
})
