/** Server-sent events out of the pieces in which they come. */

export interface StreamEvent {
  /** The last one that was said, also by an event before; null = none yet. */
  readonly id: string | null
  /** `message` where the stream names none. */
  readonly event: string
  readonly data: string
}

/** UTF-16 units of one event: an envelope at its largest, and some. */
const MAX_EVENT = 1_000_000

/** Throws at an event that is too large to be one of ours. */
export function createEventParser(): (piece: Uint8Array) => StreamEvent[] {
  const decoder = new TextDecoder()
  let [rest, id, event] = ['', null as string | null, 'message']
  let data: string[] = []
  let size = 0
  const readLine = (line: string): StreamEvent | null => {
    if (line === '') {
      const made = data.length === 0 ? null : { id, event, data: data.join('\n') }
      ;[event, data, size] = ['message', [], 0]
      return made
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'id' && !value.includes('\0')) id = value
    if (field === 'event') event = value
    if (field === 'data') data.push(value)
    size += line.length
    return null
  }
  return (piece) => {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(/\r\n|\n/)
    rest = lines.pop() ?? ''
    const events: StreamEvent[] = []
    for (const line of lines) {
      const made = readLine(line)
      if (made) events.push(made)
    }
    if (size + rest.length > MAX_EVENT) throw new Error('an event of the stream is too large')
    return events
  }
}
