/** Takes secrets out of what is about to be written down. The one place that knows how they look. */

const MASK = '***'

/** Names of fields, variables and headers whose value is secret. */
const SECRET_NAME =
  /(token|secret|password|passwd|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|cookie)$/i

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\by(?:at|ot|ps)_[A-Za-z0-9_-]{8,}/g, MASK],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  [/\b(sk|pk|rk|ghp|gho|ghs|ghu|github_pat|glpat|xox[abprs]|AIza|AKIA)[-_A-Za-z0-9]{12,}/g, MASK],
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}/g, MASK],
  [/([#?&]code=)[\w%-]+/g, `$1${MASK}`],
  [/(:\/\/[^\s:/@]+:)[^\s/@]+@/g, `$1${MASK}@`],
  [
    /\b([A-Za-z0-9_]*(?:TOKEN|SECRET|PASSWORD|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?))(["']?\s*[=:]\s*["']?)[^\s"',;]+/gi,
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
    .map(([, value]) => value ?? '')
    .toSorted((a, b) => b.length - a.length)
  return (text) => {
    let masked = text
    for (const value of values) masked = masked.replaceAll(value, MASK)
    for (const [pattern, replacement] of PATTERNS) masked = masked.replace(pattern, replacement)
    return masked
  }
}

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
