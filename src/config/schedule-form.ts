/** Tells the forms of a schedule apart, without asking when it fires. */

/** `clock` for `09:00`, `cron` for five or six fields or a nickname; null when it is neither. */
export function scheduleForm(spec: string): 'clock' | 'cron' | null {
  const text = spec.trim()
  if (/^([01]?\d|2[0-3]):[0-5]\d$/.test(text)) return 'clock'
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/i.test(text)) return 'cron'
  const fields = text.split(/\s+/)
  const isCron = fields.length >= 5 && fields.length <= 6
  return isCron && fields.every((field) => /^[\dA-Za-z*/,#?+-]+$/.test(field)) ? 'cron' : null
}

/** The system knows the time zone. */
export function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}
