/** What belongs to the machine and the moment of a recording, and has no place in a fixture. */
import { basename } from 'node:path'

export interface RecordedOn {
  /** Folder that was made for the recording, under a random name; absolute, its links resolved. */
  readonly folder: string
  /** Home of whoever records. */
  readonly home: string
  /** `http://HOST:PORT` of the mock. */
  readonly mockUrl: string
}

/** The text with `/home/user` for both folders, however they are written, and one address for the mock. */
export function neutral(text: string, { folder, home, mockUrl }: RecordedOn): string {
  const literally = home.replaceAll(/[^\w/]/g, String.raw`\$&`)
  // Not as a part of a longer name: a home of /root is not in /$bunfs/root.
  const ownHome = new RegExp(`(?<![\\w.-])${literally}(?![\\w.-])`, 'g')
  return (
    text
      .replaceAll(mockUrl.slice('http://'.length), '127.0.0.1:8080')
      .replaceAll(folder, '/home/user')
      // As seen from the root.
      .replaceAll(folder.slice(1), 'home/user')
      .replaceAll(folder.replaceAll('/', '-'), '-home-user')
      .replaceAll(basename(folder), 'user')
      .replace(ownHome, '/home/user')
      .replace(/(?<=[/-])(work|yard-agent)-\w{6}\b/g, '$1')
  )
}
