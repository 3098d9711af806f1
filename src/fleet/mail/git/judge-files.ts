/** Which files of a machine's branch are believed, and by which key. */
import { type Envelope, MAX_ENVELOPE_BYTES } from '../envelope.ts'
import { type Card, type Expected, type MailFile, readMailFile } from './signed-file.ts'

export interface BranchFile {
  readonly id: string
  /** Bytes. */
  readonly size: number
  /** No link, no folder, no other repository. */
  readonly isFile: boolean
}

export interface RefusedFile {
  readonly id: string
  readonly reason: string
  /** Null where it was not even read. */
  readonly bytes: Buffer | null
}

export interface JudgedFiles {
  /** Raw, base64; null where none was seen yet. */
  readonly key: string | null
  readonly card: Card | null
  readonly envelopes: readonly Envelope[]
  readonly refused: readonly RefusedFile[]
}

/** Between two looks at the loop; a signature takes a tenth of a millisecond. */
const AT_ONCE = 50

/** The key of a machine that is seen for the first time is that of its card, else of the first file that is signed as it must be. */
export async function judgeFiles(
  files: readonly BranchFile[],
  contents: ReadonlyMap<string, Buffer>,
  expected: Expected,
): Promise<JudgedFiles> {
  const key = expected.key ?? (await firstKey(files, contents, expected))
  const envelopes: Envelope[] = []
  const refused: RefusedFile[] = []
  let card: Card | null = null
  for (const [index, file] of files.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await nextTurn()
    const bytes = contents.get(file.id) ?? null
    const read = bytes === null ? unread(file) : readMailFile(bytes, { ...expected, key })
    if (read.kind === 'mail') envelopes.push(read.envelope)
    else if (read.kind === 'refused') refused.push({ id: file.id, reason: read.reason, bytes })
    else if (card === null || read.card.epoch >= card.epoch) card = read.card
  }
  // In the order in which they were sent: an id begins with its time.
  envelopes.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  return { key, card, envelopes, refused }
}

function unread({ isFile, size }: BranchFile): MailFile {
  if (!isFile) return { kind: 'refused', reason: 'it is no file' }
  if (size > MAX_ENVELOPE_BYTES)
    return { kind: 'refused', reason: `it is larger than ${MAX_ENVELOPE_BYTES} bytes` }
  return { kind: 'refused', reason: 'it could not be read' }
}

async function firstKey(
  files: readonly BranchFile[],
  contents: ReadonlyMap<string, Buffer>,
  expected: Expected,
): Promise<string | null> {
  let first: string | null = null
  for (const [index, { id }] of files.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await nextTurn()
    const bytes = contents.get(id)
    const read = bytes && readMailFile(bytes, { ...expected, key: null })
    if (read?.kind === 'card') return read.key
    if (read?.kind === 'mail') first ??= read.key
  }
  return first
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
