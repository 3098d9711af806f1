/** Keys of messages: how they are delivered, who is a member, jobs, and the ways to other machines. */
import { z } from 'zod'
import { MEMBER_PATTERN, isMemberName, MAX_MESSAGE } from '../../domain/messages/message.ts'
import { scheduleForm } from '../times.ts'
import { isStorableText, UNSTORABLE_TEXT } from '../../domain/bounds.ts'
import { about, duration, flag, nonEmptyText, oneOf, whole, zone } from '../value-schemas.ts'

const memberName = z
  .string()
  .regex(MEMBER_PATTERN, 'a name is 1 to 32 letters, digits, dashes and underscores')
  .refine(isMemberName, 'cannot be the name of a member: it means something else')

const CONVERSATIONS = ['resume', 'new'] as const
const conversationLabels = { resume: 'Goes on with its own', new: 'Begins a new one' }

const retryAfter = () => duration('s', 1000, 3_600_000)

const messages = z.strictObject({
  retry_after: retryAfter()
    .default(600)
    .meta(
      about(
        'Repeat after',
        'Seconds until a message is delivered again after a turn that failed; doubled each time, up to an hour.',
      ),
    ),
  tries: whole(1, 100)
    .default(3)
    .meta(about('Tries', 'Failed turns after which a message is given up.')),
  max_hops: whole(1, 100)
    .default(6)
    .meta(about('Hops', 'How far a chain of agents that write to each other may go.')),
  per_pair: whole(1, 1000)
    .default(10)
    .meta(about('Messages a minute', 'How many messages one agent may send another in a minute.')),
  escalate_to: nonEmptyText(100)
    .optional()
    .meta(
      about(
        'Asked about repeated failures',
        'Member that is asked what becomes of a task that fails twice in the same way (default: a person).',
      ),
    ),
})

const member = z.strictObject({
  executor: nonEmptyText(100)
    .optional()
    .meta(
      about(
        'Executor',
        'Executor of its turns (default: that of tasks that name none).',
        'executor',
      ),
    ),
  person: flag()
    .default(false)
    .meta(about('Person', 'Somebody who is given notices and is never started.')),
  conversation: oneOf(CONVERSATIONS, conversationLabels)
    .default('resume')
    .meta(about('Conversation', 'Whether its turns go on with its conversation.')),
  pilot: flag()
    .default(false)
    .meta(about('Piloted', 'A person drives it in a terminal: it is not woken meanwhile.')),
  retry_after: retryAfter()
    .optional()
    .meta(about('Repeat after', 'Seconds (default: as messages.retry_after).')),
  tries: whole(1, 100).optional().meta(about('Tries', 'As messages.tries where it is not set.')),
})

const job = z.strictObject({
  member: memberName.meta(about('Member', 'Who the message is sent to.')),
  message: nonEmptyText(MAX_MESSAGE)
    .refine(isStorableText, UNSTORABLE_TEXT)
    .meta(about('Message', 'What is sent.')),
  schedule: nonEmptyText(200)
    .refine(
      (spec) => scheduleForm(spec) !== null,
      'must be a clock time such as "09:00" or a cron expression',
    )
    .meta(about('Times', 'A clock time such as "09:00", or a cron expression.')),
  tz: zone
    .optional()
    .meta(about('Time zone', 'Time zone of the schedule (default: that of schedule.tz).')),
  conversation: oneOf(CONVERSATIONS, conversationLabels)
    .default('resume')
    .meta(about('Conversation', 'resume goes on with the conversation of this job’s last run.')),
  missed: oneOf(['once', 'skip', 'all'], {
    once: 'Fires once',
    skip: 'Is left out',
    all: 'Fires for each',
  })
    .default('once')
    .meta(about('Missed times', 'What becomes of times that passed while nothing ran.')),
  paused: flag().default(false).meta(about('Paused', 'It does not fire by the clock.')),
})

const transport = z.strictObject({
  type: oneOf(['local', 'git', 'hub'], {
    local: 'This yard only',
    git: 'A git remote',
    hub: 'The endpoint of another yard',
  })
    .default('local')
    .meta(about('Transport', 'How messages reach members on other machines.')),
  remote: nonEmptyText(500)
    .default('origin')
    .meta(about('Remote', 'Git: name or address of the remote that carries the mail.')),
  branch: nonEmptyText(100)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*[A-Za-z0-9]$/, 'must be the name of a branch')
    .default('yard/mail')
    .meta(
      about('Branches', 'Git: each machine writes the branch of this name with its own behind it.'),
    ),
  machine: z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
      'must be lower-case letters, digits and dashes',
    )
    .optional()
    .meta(
      about('Machine', 'Name of this machine for others (default: its host name and four digits).'),
    ),
  poll: duration('s', 1000, 3_600_000)
    .default(10)
    .meta(about('Poll', 'Seconds between two looks for mail.')),
  url: nonEmptyText(2000)
    .regex(/^https?:\/\//, 'must be an address such as "https://hub.example:7443"')
    .optional()
    .meta(about('Address', 'Hub: address of the endpoint of the other yard.')),
  token_file: nonEmptyText(4096)
    .optional()
    .meta(about('Token file', 'Hub: file that holds the token, readable by you alone.')),
  pin: nonEmptyText(100)
    .regex(
      /^sha256\/[A-Za-z0-9+/_-]{43}=?$/,
      'must be a pin such as "sha256/…" that the other yard prints',
    )
    .optional()
    .meta(about('Pin', 'Hub: hash of its certificate.')),
})

const fleet = z.strictObject({
  listen: nonEmptyText(300)
    .regex(
      /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:[\]]+):\d{1,5}$/,
      'must be an address such as "0.0.0.0:7443"',
    )
    .refine((listen) => Number(listen.split(':').at(-1)) < 65_536, 'has a port above 65535')
    .optional()
    .meta(about('Listen', 'Address and port for other machines; none opens no endpoint.')),
  tls: z
    .union(
      [
        z.enum(['auto', 'off']),
        z.strictObject({ cert: nonEmptyText(4096), key: nonEmptyText(4096) }),
      ],
      'must be "auto", "off" or { cert = "FILE", key = "FILE" }',
    )
    .default('auto')
    .meta(about('TLS', 'auto makes a certificate once; off is for loopback, or behind a proxy.')),
  plain: flag()
    .default(false)
    .meta(
      about(
        'Behind a proxy',
        'A proxy before it speaks TLS: plain HTTP beyond loopback is let through.',
      ),
    ),
  max_agents: whole(0, 100_000)
    .default(100)
    .meta(about('Agents elsewhere', 'Agents on other machines at once.')),
  lost_after: duration('m', 60_000, 86_400_000)
    .default(10)
    .meta(about('Lost after', 'Minutes after which a machine that is away counts as lost.')),
})

const MAX_NAMED = 1000

/** The tables of a config file. */
export const mailTables = {
  messages: messages.prefault({}).describe('How messages are delivered.'),
  members: z
    .record(memberName, member)
    .refine((all) => Object.keys(all).length <= MAX_NAMED, `has more than ${MAX_NAMED} members`)
    .default({})
    .describe('Who messages can be sent to.'),
  jobs: z
    .record(memberName, job)
    .refine((all) => Object.keys(all).length <= MAX_NAMED, `has more than ${MAX_NAMED} jobs`)
    .default({})
    .describe('Messages that are sent by the clock.'),
  transport: transport.prefault({}).describe('How messages reach other machines.'),
  fleet: fleet.prefault({}).describe('What other machines may reach of this yard.'),
}
