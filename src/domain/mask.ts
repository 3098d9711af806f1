/** Takes secrets out of what is about to be written down. The one place that knows how they look. */

const MASK = '***'

/** Names of fields, variables and headers whose value is secret. */
const SECRET_NAME =
  /(token|secret|password|passwd|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|cookie)$/i

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Tokens of agents, owners, pages, members and daemons, and the codes by which a machine joins.
  [/\by(?:[aomd]t|ps|jc)_[A-Za-z0-9_-]{8,}/g, MASK],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  [/\b(sk|pk|rk|ghp|gho|ghs|ghu|github_pat|glpat|xox[abprs]|AIza|AKIA)[-_A-Za-z0-9]{12,}/g, MASK],
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}/g, MASK],
  [/([#?&]code=)[\w%-]+/g, `$1${MASK}`],
  [/(:\/\/[^\s:/@]+:)[^\s/@]+@/g, `$1${MASK}@`],
  [
    /\b([A-Za-z0-9_]*(?:TOKEN|SECRET|PASSWORD|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?))((?:\\*["'])?\s*[=:]\s*(?:\\*["'])?)[^\s"',;]+/gi,
    `$1$2${MASK}`,
  ],
]

export interface Mask {
  (text: string): string
}

/** Values of variables whose names look like those of keys are masked wherever they turn up. */
export function createMask(env: Readonly<Record<string, string | undefined>>): Mask {
  const values = Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && (value ?? '').length >= MIN_VALUE_LENGTH)
    .flatMap(([, value]) => formsOf(value ?? ''))
    .toSorted((a, b) => b.length - a.length)
  return (text) => {
    let masked = text
    for (const value of values) masked = masked.replaceAll(value, MASK)
    return piecesOf(masked).map(maskPiece).join('')
  }
}

const maskPiece = (text: string): string =>
  PATTERNS.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text)

/** Of a run of millions of letters the engine of the patterns runs out of stack, and throws. */
const PIECE = 1_000_000

/** Split behind lines, else behind words; within one only where it is longer than a piece, and so no key. */
function piecesOf(text: string): readonly string[] {
  const pieces: string[] = []
  for (let from = 0; from < text.length || pieces.length === 0;) {
    const most = from + PIECE
    const at = most < text.length ? behindLast(text.slice(from, most)) : PIECE
    pieces.push(text.slice(from, from + at))
    from += at
  }
  return pieces
}

const behindLast = (text: string): number =>
  text.lastIndexOf('\n') + 1 || text.lastIndexOf(' ') + 1 || text.length

/** As it stands, within JSON, and line by line: of a text that was cut some lines of a key may be left. */
function formsOf(value: string): readonly string[] {
  const lines = value.split(/\r?\n/).filter((line) => line.length >= MIN_LINE_LENGTH)
  return [...new Set([value, JSON.stringify(value).slice(1, -1), ...lines])]
}
const MIN_LINE_LENGTH = 16

/** A shorter value (`1`, `none`) would blot out innocent text. */
const MIN_VALUE_LENGTH = 8

/** Plain facts with secret fields blotted out, at any depth. */
export function maskFields(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return value.map((item) => maskFields(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      SECRET_NAME.test(name) && field !== null && field !== undefined
        ? MASK
        : maskFields(field, depth + 1),
    ]),
  )
}
const MAX_DEPTH = 6
