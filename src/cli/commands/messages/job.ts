/** `yard job`: messages that are sent to members by the clock. */
import { text as readAll } from 'node:stream/consumers'
import { JOB_CONVERSATIONS, type JobRunView, MISSED_POLICIES } from '../../../contract/job.ts'
import { askYard, withYard } from '../../connect/connect.ts'
import {
  argument,
  type Cli,
  defineCommand,
  defineSubcommand,
  option,
  type Outcome,
  printed,
} from '../../spec/define.ts'
import { clock } from '../../text/format.ts'

const name = argument('<name>', 'the job')

const list = (cli: Cli): Promise<Outcome> =>
  askYard(
    cli,
    (client) => client.job.list(),
    (jobs) =>
      cli.print.table(
        ['NAME', 'MEMBER', 'SCHEDULE', 'NEXT', 'LAST', 'MESSAGE'],
        jobs.map((job) => [
          job.name,
          job.member,
          job.tz === null ? job.schedule : `${job.schedule} ${job.tz}`,
          job.paused ? 'paused' : job.next && clock(job.next),
          job.last && `${clock(job.last.at)} ${outcomeOf(job.last)}`,
          job.message,
        ]),
      ),
  )

const outcomeOf = ({ outcome }: JobRunView): string => outcome ?? 'open'

const add = defineSubcommand({
  name: 'add',
  summary: 'adds a job to .yard/config.toml',
  arguments: { name: argument('<name>', 'its name: letters, digits, dashes, underscores') },
  options: {
    member: option.required('--member <name>', 'who the message is sent to'),
    message: option.required('--message <text>', 'what is sent; - reads it from stdin'),
    schedule: option.required(
      '--schedule <times>',
      'a clock time such as 09:00, or a cron expression',
    ),
    tz: option('--tz <zone>', 'time zone of the schedule'),
    conversation: option.oneOf(
      '--conversation <how>',
      'resume goes on in the conversation of its last run (default: resume)',
      JOB_CONVERSATIONS,
    ),
    missed: option.oneOf(
      '--missed <policy>',
      'what becomes of times that passed while nothing ran (default: once)',
      MISSED_POLICIES,
    ),
  },
  examples: [
    'yard job add nightly --member dev --message "Look at the failures of the night." --schedule "0 7 * * 1-5"',
  ],
  async handler(cli, { message, ...fields }) {
    const text = message === '-' ? (await readAll(cli.machine.stdin)).trimEnd() : message
    return askYard(
      cli,
      (client) => client.job.add({ ...fields, message: text }),
      (job) => `${job.name} sends its first message ${when(job.next)}`,
    )
  },
})

const when = (next: string | null): string => (next === null ? 'at no time' : `at ${clock(next)}`)

const run = defineSubcommand({
  name: 'run',
  summary: 'sends its message now; its times stay as they are',
  arguments: { name },
  handler: (cli, { name: job }) =>
    askYard(
      cli,
      (client) => client.job.run({ name: job, commandId: cli.commandId }),
      ({ id, message }) => `${id} sent ${message}`,
    ),
})

const pause = defineSubcommand({
  name: 'pause',
  summary: 'keeps it from firing by the clock',
  arguments: { name },
  handler: (cli, { name: job }) =>
    askYard(
      cli,
      (client) => client.job.pause({ name: job }),
      () => `${job} is paused`,
    ),
})

const resume = defineSubcommand({
  name: 'resume',
  summary: 'lets it fire again, from its next time on',
  arguments: { name },
  handler: (cli, { name: job }) =>
    askYard(
      cli,
      (client) => client.job.resume({ name: job }),
      ({ next }) => `${job} sends its next message ${when(next)}`,
    ),
})

const remove = defineSubcommand({
  name: 'remove',
  summary: 'removes it from .yard/config.toml; its history stays',
  arguments: { name },
  handler: (cli, { name: job }) =>
    askYard(
      cli,
      (client) => client.job.remove({ name: job }),
      () => `${job} is removed`,
    ),
})

const history = defineSubcommand({
  name: 'history',
  summary: 'lists its 100 newest runs and what came of each',
  arguments: { name },
  handler: (cli, { name: job }) =>
    withYard(cli, async ({ client }) =>
      printed(cli, await client.job.history({ name: job }), (runs) =>
        cli.print.table(
          ['RUN', 'AT', 'TRIGGER', 'OUTCOME', 'AGENT', 'CONVERSATION', 'REASON'],
          runs.map((each) => [
            each.id,
            clock(each.at),
            each.trigger,
            outcomeOf(each),
            each.agent,
            each.conversation?.id ?? null,
            each.reason,
          ]),
        ),
      ),
    ),
})

export const job = defineCommand({
  subcommands: [
    defineSubcommand({ name: 'list', summary: 'lists the jobs', handler: list }),
    add,
    run,
    pause,
    resume,
    remove,
    history,
  ],
  notes: ['A job is a message from job:NAME to a member; the member’s turn is what works on it.'],
  handler: list,
})
