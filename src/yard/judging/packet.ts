/**
 * What judges are shown of a try, read from the store, from git and from its folder: secrets masked, sizes bounded, and nothing that says
 * who did the work. Made from what is committed, so that the same try gives the same.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readOutput, readRawOutput } from '../../agents/output/read-output.ts'
import { oneLine } from '../../base/text.ts'
import type { Agent } from '../../domain/agent.ts'
import { artifactOf } from '../../domain/executor.ts'
import { isAgentId } from '../../domain/ids.ts'
import type { JudgingSettings } from '../../domain/judging/judging-settings.ts'
import type { Mask } from '../../domain/mask.ts'
import { type OutputReport, plainText } from '../../domain/output.ts'
import type { LogLine } from '../../domain/plan.ts'
import type { Task } from '../../domain/task.ts'
import type { ChangedFile, EvaluationPacket } from '../../judging/evaluation-prompt.ts'
import { fileMatcher } from '../../judging/file-globs.ts'
import type { TriagePacket } from '../../judging/triage-prompt.ts'
import type { Store } from '../../store/store.ts'
import { readArtifact, realNameOf } from '../artifact-files.ts'
import { type ChangeSource, triedChange, type TriedChange } from '../git/changes.ts'
import { acceptanceOf, changeFacts, endFacts, evidenceFacts, writerOf } from './packet-facts.ts'
import { checkTail } from './check-tail.ts'
import { cleanPart, type Cut } from './clean-part.ts'
import type { EvaluationMaterial } from './questions.ts'

interface Parts {
  readonly source: ChangeSource
  readonly store: Pick<Store, 'judging'>
  /** As it masks the logs. */
  readonly mask: Mask
}

export interface Packets {
  evaluation(task: Task, agent: Agent): Promise<EvaluationMaterial>
  /** `more`: what only its runtime knows, such as since when it is silent. */
  triage(task: Task, agent: Agent, more?: readonly string[]): Promise<TriagePacket>
}

/** Of one kept result so much is read. */
const ARTIFACT_BYTES = 256_000
/** A longer one is not read to its end only to know it again. */
const HASHED_BYTES = 64_000_000
/** Of what a program printed so much is read. */
const PROGRAM_BYTES = 4000
/** Of an answer so much is kept at most. */
const ANSWER_UNITS = 100_000
const MOST_FILES = 300
const MOST_LOG = 200
const MOST_DEPENDENTS = 20
const MOST_NOTES = 5

export function createPackets(parts: Parts): Packets {
  const { source } = parts
  const cleaner = (): Mask => cleanerOf(parts.mask, source.config().settings.judging)
  return {
    evaluation: (task, agent) => evaluationOf({ ...parts, clean: cleaner() }, task, agent),
    async triage(task, agent, more = []) {
      const clean = cleaner()
      const { tail } = source.config().settings.triage
      return {
        title: clean(task.title),
        description: clean(task.description),
        facts: [...more, ...endFacts(agent, clean), ...evidenceFacts(agent, clean)].map(clean),
        log: logOf(source, task, agent, clean),
        tail: await tailOf(source, agent, tail, clean),
      }
    },
  }
}

/** The logs' mask, then the patterns of the yard. */
export function cleanerOf(mask: Mask, { redact }: Pick<JudgingSettings, 'redact'>): Mask {
  const patterns = redact.map((pattern) => new RegExp(pattern, 'g'))
  return (text) => patterns.reduce(withoutFound, mask(text))
}

/** Of a text that is too long for a pattern nothing is shown. */
function withoutFound(text: string, pattern: RegExp): string {
  try {
    return text.replace(pattern, hidden)
  } catch {
    return '(not shown: a pattern of judging.redact cannot read it)'
  }
}

/** A pattern that also finds nothing must not stand between all letters. */
const hidden = (found: string): string => (found === '' ? '' : '***')

interface Scene extends Parts {
  readonly clean: Mask
}

async function evaluationOf(scene: Scene, task: Task, agent: Agent): Promise<EvaluationMaterial> {
  const { source, clean } = scene
  const { maxInput, exclude } = source.config().settings.judging
  const isExcluded = fileMatcher(exclude)
  // The patch of a file that was renamed quotes what stood under its old name.
  const isHidden = ({ path, oldPath }: TriedFile): boolean =>
    isExcluded(path) || (oldPath !== null && isExcluded(oldPath))
  const change = await triedChange(
    source,
    { task, agent },
    // What is cut is cut in the prompt, by what all files need.
    { maxBytes: 4 * maxInput, mayShow: (file) => !file.binary && !isHidden(file) },
  )
  const made = change.ok ? change.value : null
  const files = made === null ? [] : filesOf(made, isHidden, clean)
  const kept = await keptOf(scene, task, agent, isExcluded)
  const ran = await programOf(scene, task, agent)
  const checks = await checksOf(scene, task, agent)
  const log = logOf(source, task, agent, clean)
  const isBare = made === null && isSilent({ ...kept, ...checks, ...ran, log })
  const facts = [
    ...bareFacts(isBare),
    ...(change.ok
      ? []
      : [
          `what it has changed cannot be read: ${JSON.stringify(oneLine(clean(change.error.message), 500))}`,
        ]),
    ...changeFacts(made, files),
    ...evidenceFacts(agent, clean),
  ]
  const packet: EvaluationPacket = {
    title: clean(task.title),
    description: clean(task.description),
    acceptance: acceptanceOf(task, clean),
    facts: facts.map(clean),
    ...checks,
    files,
    artifacts: kept.artifacts,
    answer: kept.answer === null ? null : cleanPart(clean, kept.answer, answerCut(kept.answer)),
    ...ran,
    log,
    dependents: dependentsOf(source, task, clean),
    notes: notesOf(scene, task, agent).map(clean),
    workedMs: workedMs(agent),
    costUsd: agent.usage?.costUsd ?? null,
  }
  return { packet, work: change.ok ? workKey(made?.key ?? null, kept) : '', isBare }
}

const bareFacts = (isBare: boolean): string[] =>
  isBare
    ? ['there is nothing to see: no change, no output, no answer, no kept file and no check']
    : []

/** Of all that a result can be seen by beside its change and its output. */
const isSilent = ({
  answer,
  artifacts,
  verify,
  checks,
  log,
  program,
}: Pick<
  EvaluationPacket,
  'answer' | 'artifacts' | 'verify' | 'checks' | 'log' | 'program'
>): boolean =>
  !answer &&
  !program?.tail &&
  verify === null &&
  [artifacts, checks, log.filter(({ by }) => by === 'the agent')].every((each) => each.length === 0)

/** What judges see of a task that is a line of its own. */
async function programOf(
  { source, clean }: Scene,
  { exec }: Task,
  agent: Agent,
): Promise<Pick<EvaluationPacket, 'program'>> {
  if (exec === null) return {}
  const tail = await tailOf(source, agent, PROGRAM_BYTES, clean)
  const code = agent.evidence?.exit?.code ?? null
  return { program: { line: clean(exec), code, tail } }
}

/**
 * Equal for equal work; empty where it is not known, which is equal to no other. What was done outside a worktree is known by the files
 * that were kept of it: two agents that only say the same may have done anything.
 */
const workKey = (change: string | null, { answer, keys, isKnown, hasFiles }: Kept): string =>
  isKnown && (change !== null || hasFiles) ? keyOf(JSON.stringify([change, answer, keys])) : ''

/** An answer is kept up to a bound. */
const answerCut = ({ length }: string): Cut => ({ end: length >= ANSWER_UNITS })

async function checksOf(
  { source, clean }: Scene,
  { verify: line }: Task,
  { id, evidence }: Agent,
): Promise<Pick<EvaluationPacket, 'verify' | 'checks'>> {
  const verify = evidence?.verify ?? null
  const name = oneLine(clean(line ?? 'verify'), 200)
  const folder = join(source.paths.agents, id)
  const checks = await Promise.all(
    (evidence?.checks ?? [])
      .flatMap((check) => (check.isCut ? [] : [check]))
      .map(async (check) => ({
        name: check.name,
        isOk: check.ok,
        tail: await checkTail(check.tail, clean, { folder, stage: 'check-' }),
      })),
  )
  if (verify === null) return { verify, checks }
  const tail = await checkTail(verify.tail, clean, { folder, stage: 'verify' })
  return { verify: { name, isOk: verify.code === 0, tail }, checks }
}

const workedMs = ({ startedAt, endedAt }: Agent): number | null =>
  startedAt === null || endedAt === null ? null : endedAt - startedAt

type TriedFile = TriedChange['files'][number]

function filesOf(
  { files, patches }: TriedChange,
  isHidden: (file: TriedFile) => boolean,
  clean: Mask,
): ChangedFile[] {
  const shown = new Map(patches.map((one) => [one.path, one]))
  return files.slice(0, MOST_FILES).map((file) => {
    const { path, insertions, deletions, binary } = file
    const patch = shown.get(path)
    const isThere = patch !== undefined && patch.patch !== ''
    const why = isThere ? (patch.truncated ? 'cut' : null) : 'too large to be shown'
    return {
      path: clean(path),
      insertions,
      deletions,
      patch: isThere ? cleanPart(clean, patch.patch, { end: patch.truncated }) : null,
      reason: isHidden(file) ? 'not shown' : binary ? null : why,
    }
  })
}

/** Without the yard's own lines, which name executors and scores; who wrote one is told by what they are. */
function logOf(source: ChangeSource, { id }: Task, agent: Agent, clean: Mask) {
  const isTold = ({ by }: LogLine): boolean => isAgentId(by) || !SYSTEM.has(by)
  return source.store
    .logOf(id, MOST_LOG)
    .filter(isTold)
    .map(({ by, text }) => ({
      by: writerOf(by, agent.id),
      text: clean(plainText(text)),
    }))
}

const SYSTEM: ReadonlySet<string> = new Set(['coordinator'])

const dependentsOf = ({ plan }: ChangeSource, { id }: Task, clean: Mask) =>
  [...plan.dependentsOf(id)]
    .flatMap((dependent) => plan.tasks.get(dependent) ?? [])
    .toSorted((a, b) => a.order - b.order)
    .slice(0, MOST_DEPENDENTS)
    .map(({ title, description }) => ({ title: clean(title), description: clean(description) }))

/** Of judges on earlier tries, oldest first. */
const notesOf = ({ store }: Scene, { id }: Task, agent: Agent): string[] =>
  store.judging
    .list({ task: id }, 2 * MOST_NOTES)
    .map(({ evaluation }) => evaluation)
    .filter(({ agentId, notes }) => agentId !== agent.id && notes.trim() !== '')
    .slice(0, MOST_NOTES)
    .map(({ notes }) => notes)
    .toReversed()

interface Kept {
  readonly answer: string | null
  readonly artifacts: EvaluationPacket['artifacts']
  /** Name all of their contents. */
  readonly keys: readonly string[]
  /** Each of them could be read whole. */
  readonly isKnown: boolean
  readonly hasFiles: boolean
}

/** The last answer of this try, and what else it kept as a result. */
async function keptOf(
  { source, clean }: Scene,
  task: Task,
  agent: Agent,
  isExcluded: (path: string) => boolean,
): Promise<Kept> {
  const kept = source.store.artifactsOf(task.id).filter(({ agentId }) => agentId === agent.id)
  const artifacts: EvaluationPacket['artifacts'][number][] = []
  const keys: string[] = []
  let answer: string | null = null
  let [isKnown, hasFiles] = [true, false]
  const add = (name: string, text: string | null, bytes: number): void =>
    void artifacts.push({ name: clean(name), text, bytes })
  for (const { artifact } of kept) {
    const one = artifactOf(artifact)
    if (one === null) continue
    if (one.kind === 'file') {
      const file = await fileAt(source, task, one.path, clean)
      hasFiles = true
      isKnown &&= file.key !== null
      keys.push(`${one.path} ${file.key}`)
      const names = [one.path, realNameOf(source, task, one.path) ?? one.path]
      add(one.path, names.some(isExcluded) ? null : file.text, file.bytes)
    } else if (one.kind === 'text' && one.name === 'answer') answer = one.text
    else {
      const [name, text] =
        one.kind === 'text' ? [one.name, one.text] : ['data', JSON.stringify(one.value, null, 2)]
      keys.push(`${name} ${keyOf(text)}`)
      add(name, clean(text), Buffer.byteLength(text))
    }
  }
  return { answer, artifacts, keys, isKnown, hasFiles }
}

const keyOf = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex')

/** One that cannot be read is only named: it was removed, or is not the task's own file any more. `key`: null = not all of it is known. */
async function fileAt(source: ChangeSource, task: Task, path: string, clean: Mask) {
  const window = { path, from: 0, maxBytes: ARTIFACT_BYTES }
  const read = await readArtifact(source, task, window).catch(() => null)
  if (!read?.ok) return { text: null, bytes: 0, key: null }
  const { content, size: bytes, next } = read.value
  const start = Buffer.from(content, 'base64')
  const isText = !start.includes(0)
  const key = await keyOfFile(source, task, { path, start, next, bytes })
  const cut = { end: next < bytes }
  return { text: isText ? cleanPart(clean, start.toString('utf8'), cut) : null, bytes, key }
}

/** Of all its contents, window by window; null where it is too large for that, or changes meanwhile. */
async function keyOfFile(
  source: ChangeSource,
  task: Task,
  file: {
    readonly path: string
    readonly start: Buffer
    readonly next: number
    readonly bytes: number
  },
): Promise<string | null> {
  const { path, start, bytes } = file
  if (bytes > HASHED_BYTES) return null
  const hash = createHash('sha256').update(start)
  for (let from = file.next; from < bytes;) {
    const window = { path, from, maxBytes: ARTIFACT_BYTES }
    const read = await readArtifact(source, task, window).catch(() => null)
    if (!read?.ok || read.value.next === from) return null
    hash.update(Buffer.from(read.value.content, 'base64'))
    from = read.value.next
  }
  return `${bytes} ${hash.digest('hex')}`
}

/** The end of what it printed, as it is shown to people. */
async function tailOf(
  { paths }: ChangeSource,
  { id, executorType, state }: Agent,
  bytes: number,
  clean: Mask,
): Promise<string> {
  const isEnded = state.kind === 'ended'
  const folder = join(paths.agents, id)
  const where = { folder, stream: 'merged', isEnded, from: -bytes, maxBytes: bytes } as const
  const { reports, offset } = await readOutput(where, executorType)
  const said = reports.map((report) => shownReport(report, clean)).filter(Boolean)
  if (said.length > 0) return cleanPart(clean, said.join('\n'), { start: offset > 0 })
  // One line that is longer than all of it.
  const raw = await readRawOutput(where)
  const cut = { start: raw.offset > 0, end: !isEnded }
  return cleanPart(clean, plainText(raw.bytes.toString('utf8')), cut)
}

/** Long ones were cut when they were read. */
function shownReport(report: OutputReport, clean: Mask): string {
  const text = reportText(report)
  return cleanPart(clean, plainText(text), { end: text.endsWith('…') })
}

function reportText(report: OutputReport): string {
  switch (report.kind) {
    case 'text':
    case 'thinking':
    case 'raw':
      return report.text
    case 'question':
      return `asks: ${report.text}`
    case 'tool-call':
      return `> ${report.name}: ${report.summary}`
    case 'tool-result':
      return `${report.ok ? '' : 'failed: '}${report.text}`
    case 'waiting':
      return `waits: ${report.why}`
    case 'error':
      return `error: ${report.message}`
    case 'result':
      return `${report.ok ? 'ended well' : 'ended with an error'}: ${report.text}`
    case 'usage':
    case 'conversation':
      return ''
  }
}
