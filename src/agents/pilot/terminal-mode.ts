/** A program that is ended by force leaves the terminal as it had it: raw, without a cursor, on its second screen. */
import { spawnSync } from 'node:child_process'
import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'

/** Second screen off, cursor shown, mouse and bracketed paste off. */
const AS_USUAL = '\u001b[?1049l\u001b[?25h\u001b[?1000l\u001b[?1002l\u001b[?1006l\u001b[?2004l'

/** Notes how the terminal is now; what it gives sets it so again. Does nothing where there is no terminal. */
export function noteTerminal(): () => void {
  if (process.platform === 'win32' || !isatty(0) || !isatty(1)) return () => {}
  const { stdout } = spawnSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'] })
  const mode = stdout?.toString().trim() || 'sane'
  return () => {
    spawnSync('stty', [mode], { stdio: ['inherit', 'ignore', 'ignore'] })
    try {
      writeSync(1, AS_USUAL)
    } catch {
      // the terminal is gone
    }
  }
}
