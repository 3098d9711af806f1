/** Requests about jobs. */
import { formatKey } from '../../config/keys.ts'
import type { ConfigEdit } from '../../config/edit.ts'
import type { JobRunView, JobView } from '../../contract/job.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { jobMessage, openRun } from '../../domain/messages/fire-job.ts'
import type { JobRun } from '../../domain/messages/job.ts'
import { hintOf } from '../../domain/near-match.ts'
import { unknownMember } from '../../domain/routing/resolve.ts'
import type { JobSettings } from '../../domain/settings.ts'
import { KEPT_RUNS } from '../../store/mail/mail-tables.ts'
import { type HandlerContext, procedures, send } from '../handlers/context.ts'
import { refuse, valueOf } from '../handlers/failures.ts'
import { newMessageId } from '../messages/send.ts'
import { isoOrNull, isoTime } from '../views/iso-time.ts'
import type { Yard } from '../yard.ts'

const os = procedures.job

export const jobHandlers = {
  list: os.list.handler(({ context: { yard } }) =>
    Object.keys(jobsOf(yard)).map((name) => viewOf(yard, name)),
  ),
  add: os.add.handler(async ({ context: { yard }, input: { name, ...fields } }) => {
    const refusal = refusalOf(yard, name, fields)
    if (refusal) refuse(refusal)
    const edits = Object.entries(fields).flatMap(([field, value]) =>
      value === undefined ? [] : [{ key: keyOf(name, field), value }],
    )
    return changed(yard, name, edits)
  }),
  run: os.run.handler(({ context, input }) => runNow(context, input.name, input.commandId)),
  pause: os.pause.handler(({ context: { yard }, input: { name } }) =>
    changed(yard, known(yard, name), [{ key: keyOf(name, 'paused'), value: 'true' }]),
  ),
  resume: os.resume.handler(({ context: { yard }, input: { name } }) =>
    changed(yard, known(yard, name), [{ key: keyOf(name, 'paused'), value: 'false' }]),
  ),
  remove: os.remove.handler(async ({ context: { yard }, input: { name } }) => {
    known(yard, name)
    valueOf(await yard.configure('project', [{ key: keyOf(name), value: null }]))
    if (Object.hasOwn(jobsOf(yard), name)) refuse(notOfThisYard(name))
    return { removed: name }
  }),
  history: os.history.handler(({ context: { yard }, input: { name } }) => {
    const runs = yard.store.mail.jobRuns(name, KEPT_RUNS)
    // One that was removed has a history still.
    if (runs.length === 0) known(yard, name)
    return runs.map(toRunView)
  }),
}

const keyOf = (...path: readonly string[]): string => formatKey(['jobs', ...path])

const jobsOf = (yard: Yard): Readonly<Record<string, JobSettings>> => yard.config().settings.jobs

const jobOf = (yard: Yard, name: string): JobSettings => {
  const jobs = jobsOf(yard)
  const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined
  return job ?? refuse(unknownJob(yard, name))
}

/** Its name, or a throw that says that there is none. */
const known = (yard: Yard, name: string): string => jobOf(yard, name) && name

const unknownJob = (yard: Yard, name: string): Failure =>
  failure('unknown-job', `there is no job "${name}"`, {
    hint: hintOf(name, Object.keys(jobsOf(yard)), 'jobs'),
    facts: { job: name },
  })

const notOfThisYard = (name: string): Failure =>
  failure('not-allowed', `job "${name}" stands in your own config file, not in that of the yard`, {
    hint: `yard config --global --unset ${keyOf(name)} removes it there`,
  })

async function changed(yard: Yard, name: string, edits: readonly ConfigEdit[]): Promise<JobView> {
  valueOf(await yard.configure('project', edits))
  return viewOf(yard, name)
}

/** What the check of the configuration does not refuse, or would refuse with another exit code. */
function refusalOf(
  yard: Yard,
  name: string,
  fields: { readonly member: string; readonly schedule: string; readonly tz?: string | undefined },
): Failure | null {
  const { member, schedule, tz = null } = fields
  if (Object.hasOwn(jobsOf(yard), name))
    return failure('id-taken', `there is a job ${name} already`, {
      hint: `yard job remove ${name} makes room for another; yard config ${keyOf(name, 'message')} changes this one`,
      facts: { job: name },
    })
  const { settings } = yard.config()
  if (!Object.hasOwn(settings.members, member)) return unknownMember(settings, member)
  const next = yard.nextFireAt({ spec: schedule, tz }, yard.now())
  if (!next.ok) return next.error
  return next.value === null
    ? failure('bad-request', `the schedule "${schedule}" never fires`, {
        hint: 'give a time that comes',
        facts: { field: 'schedule' },
      })
    : null
}

async function runNow(
  context: HandlerContext,
  name: string,
  commandId: string | undefined,
): Promise<JobRunView> {
  const { yard } = context
  const job = jobOf(yard, name)
  const firing = { name, job, number: yard.jobs.takeNumber(name), at: yard.now() }
  const id = newMessageId(firing.at)
  const run = openRun(firing, { trigger: 'hand', scheduledFor: null }, id)
  const sending = yard.jobs.sendingTo(job.member, jobMessage(firing, id))
  if (sending === null) return refuse(unknownMember(yard.config().settings, job.member))
  const { ids } = await send(context, { type: 'job.fire', run, sending }, commandId)
  // The same command a second time made no other run.
  const made = yard.store.mail.jobRuns(name, KEPT_RUNS).find((each) => ids.includes(each.id))
  return toRunView(made ?? run)
}

function viewOf(yard: Yard, name: string): JobView {
  const job = jobOf(yard, name)
  const next = yard.nextFireAt(job.schedule, yard.now())
  const [last] = yard.store.mail.jobRuns(name, 1)
  return {
    name,
    member: job.member,
    message: job.message,
    schedule: job.schedule.spec,
    tz: job.schedule.tz,
    conversation: job.conversation,
    missed: job.missed,
    paused: job.isPaused,
    next: job.isPaused || !next.ok ? null : isoOrNull(next.value),
    last: last ? toRunView(last) : null,
  }
}

const toRunView = (run: JobRun): JobRunView => ({
  id: run.id,
  at: isoTime(run.at),
  scheduledFor: isoOrNull(run.scheduledFor),
  trigger: run.trigger,
  outcome: run.outcome,
  reason: run.reason,
  message: run.messageId,
  agent: run.agentId,
  conversation: run.conversation,
  endedAt: isoOrNull(run.endedAt),
})
