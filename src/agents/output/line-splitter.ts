/**
 * Cuts bytes into lines. A line is decoded only when it is whole, so a character cut by a read is never broken; bytes that are no
 * UTF-8 become U+FFFD. A line over the bound is given once, cut, and the rest of it is dropped.
 */
export interface Line {
  readonly text: string
  readonly isCut: boolean
}

export interface LineSplitter {
  /** The lines that end in these bytes, without their ends (`\n` or `\r\n`). The bytes may be reused afterwards. */
  push(bytes: Uint8Array): Line[]
  /** What stands after the last end of line, or null. */
  rest(): Line | null
}

/** Above it a line is data, not an event. Claude Code prints images that a tool read in one line. */
export const MAX_LINE_BYTES = 1024 * 1024
/** How much of such a line is kept. */
const CUT_BYTES = 4096
const NEWLINE = 10
const RETURN = 13

export function createLineSplitter(maxLineBytes = MAX_LINE_BYTES): LineSplitter {
  let pieces: Uint8Array[] = []
  let length = 0
  let isSkipping = false

  const take = (): Buffer => {
    const whole = Buffer.concat(pieces, length)
    pieces = []
    length = 0
    return whole
  }
  const add = (piece: Uint8Array, lines: Line[]): void => {
    if (isSkipping || piece.length === 0) return
    // A copy: the caller reads into the same buffer again.
    pieces.push(Uint8Array.from(piece))
    length += piece.length
    if (length <= maxLineBytes) return
    lines.push({ text: decode(take().subarray(0, CUT_BYTES)), isCut: true })
    isSkipping = true
  }
  const end = (lines: Line[]): void => {
    if (!isSkipping) lines.push({ text: decode(take()), isCut: false })
    isSkipping = false
  }
  return {
    push(bytes) {
      const lines: Line[] = []
      let start = 0
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, start)) {
        add(bytes.subarray(start, at), lines)
        end(lines)
        start = at + 1
      }
      add(bytes.subarray(start), lines)
      return lines
    },
    rest: () => (isSkipping || length === 0 ? null : { text: decode(take()), isCut: false }),
  }
}

function decode(bytes: Buffer): string {
  return bytes.toString('utf8', 0, bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length)
}
