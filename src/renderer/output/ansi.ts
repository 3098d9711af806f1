/**
 * Terminal text → spans with colours. Colours, bold, dim, italic, underline and reverse are kept; every other control sequence is
 * dropped; a carriage return begins its line anew. Pure.
 */
export interface AnsiStyle {
  /** One of the 16 colours; null = the text's own. */
  readonly color: number | null
  readonly background: number | null
  readonly bold: boolean
  readonly dim: boolean
  readonly italic: boolean
  readonly underline: boolean
  readonly reverse: boolean
}
export interface AnsiSpan {
  readonly text: string
  readonly style: AnsiStyle
}

export const plainStyle: AnsiStyle = {
  color: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  reverse: false,
}

/* oxlint-disable no-control-regex -- control characters are what this file is about */
/** CSI; OSC, DCS, PM, APC and SOS up to their end or the end of the text; other escapes; lone controls but tab and newline. */
const SEQUENCE =
  /(?:\u001b\[|\u009b)([0-?]*)[ -/]*([@-~])|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b-\u000c\u000e-\u001f\u007f-\u009f]/g
const HAS_CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/
/* oxlint-enable no-control-regex */

export function parseAnsi(text: string): readonly AnsiSpan[] {
  if (!HAS_CONTROL.test(text)) return text === '' ? [] : [{ text, style: plainStyle }]
  const line: Written = { spans: [], isReturned: false }
  let style = plainStyle
  let from = 0
  for (const match of text.matchAll(SEQUENCE)) {
    write(line, text.slice(from, match.index), style)
    from = match.index + match[0].length
    if (match[2] === 'm') style = styled(style, match[1] ?? '')
  }
  write(line, text.slice(from), style)
  return line.spans
}

interface Written {
  readonly spans: AnsiSpan[]
  /** The next character is written over the line, as in a progress bar, unless it ends the line. */
  isReturned: boolean
}

function write(line: Written, text: string, style: AnsiStyle): void {
  for (const [index, part] of text.split('\r').entries()) {
    if (index > 0) line.isReturned = true
    if (part === '') continue
    if (line.isReturned && !part.startsWith('\n')) dropLine(line.spans)
    line.isReturned = false
    const last = line.spans.at(-1)
    if (last?.style === style) line.spans[line.spans.length - 1] = { text: last.text + part, style }
    else line.spans.push({ text: part, style })
  }
}

function dropLine(spans: AnsiSpan[]): void {
  for (let last = spans.pop(); last !== undefined; last = spans.pop()) {
    const end = last.text.lastIndexOf('\n') + 1
    if (end === 0) continue
    spans.push({ ...last, text: last.text.slice(0, end) })
    return
  }
}

function styled(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((word) => (word === '' ? 0 : Number(word)))
  let next = style
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      const { color, used } = extendedColor(codes.slice(at + 1))
      next = code === 38 ? { ...next, color } : { ...next, background: color }
      at += used
    } else next = { ...next, ...changeOf(code) }
  }
  return next
}

const CHANGES: Readonly<Record<number, Partial<AnsiStyle>>> = {
  0: plainStyle,
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { reverse: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { reverse: false },
  39: { color: null },
  49: { background: null },
}

function changeOf(code: number): Partial<AnsiStyle> {
  const known = CHANGES[code]
  if (known) return known
  if (code >= 30 && code <= 37) return { color: code - 30 }
  if (code >= 90 && code <= 97) return { color: code - 82 }
  if (code >= 40 && code <= 47) return { background: code - 40 }
  if (code >= 100 && code <= 107) return { background: code - 92 }
  return {}
}

/** `5;n` and `2;r;g;b`, as the nearest of the 16: those have a contrast that holds in both themes. */
function extendedColor(rest: readonly number[]): { color: number | null; used: number } {
  const [mode, a = 0, b = 0, c = 0] = rest
  if (mode === 2) return { color: nearest(a, b, c), used: 4 }
  if (mode !== 5) return { color: null, used: rest.length }
  if (a < 16) return { color: a, used: 2 }
  if (a >= 232) return { color: a < 244 ? 8 : 7, used: 2 }
  const cube = a - 16
  const level = (n: number): number => (n === 0 ? 0 : 55 + n * 40)
  const [red, green, blue] = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6]
  return { color: nearest(level(red), level(green), level(blue)), used: 2 }
}

function nearest(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue)
  if (most - Math.min(red, green, blue) < 32) return most < 96 ? 8 : 7
  const isOn = (value: number): number => (value > most * 0.6 ? 1 : 0)
  return isOn(red) + isOn(green) * 2 + isOn(blue) * 4
}
