/** The yards in the tray: their state told by shape and in words, what needs a person, who works, and the way out. */
import { join } from 'node:path'
import { Menu, nativeImage, nativeTheme, Tray, type MenuItemConstructorOptions } from 'electron'
import type { Clock } from '../base/clock.ts'
import type { AgentView, Attention, Summary } from '../contract/view.ts'
import { durationText } from '../domain/format.ts'
import { plainLabel } from './menu.ts'
import type { HeldYard } from './open-yards.ts'

export interface TrayActs {
  open(): void
  /** To the thing that needs somebody; null = the yard's list of them. */
  attend(root: string, task: string | null): void
  newTask(): void
  pause(root: string): void
  resume(root: string): void
  kill(root: string, agent: AgentView): void
  settings(): void
  quitWindow(): void
  quit(): void
}

export interface YardTray {
  /** Looks at the yards anew. */
  draw(): void
  close(): void
}

type Look = 'idle' | 'running' | 'paused' | 'attention'
export type ShownYard = Pick<HeldYard, 'root' | 'name' | 'glimpse'>

const MOST_ATTENTION = 5
const MOST_AGENTS = 8
const MOST_LETTERS = 80
/** How often the elapsed times are drawn anew. */
const TICK_MS = 10_000

/** `folder` holds the icons. */
export function createTray(
  folder: string,
  parts: { readonly clock: Clock; readonly yards: () => readonly ShownYard[] },
  acts: TrayActs,
): YardTray {
  const { clock, yards } = parts
  const tray = new Tray(imageOf(folder, 'idle'))
  let cancel = (): void => {}
  let drawn = ''
  /** A menu that is set anew may close under the person's hand, so it is only for news, and now and then for the time. */
  const drawNews = (): void => {
    if (signOf(yards()) !== drawn) draw()
  }
  const draw = (): void => {
    cancel()
    const shown = yards()
    drawn = signOf(shown)
    const summaries = shown.map((yard) => yard.glimpse()?.summary ?? null)
    tray.setImage(imageOf(folder, lookOfAll(summaries)))
    tray.setToolTip(shown.map(lineOf).join('\n') || 'Yardmaster')
    tray.setContextMenu(Menu.buildFromTemplate(trayMenu(shown, clock.now(), acts)))
    if (summaries.some((summary) => (summary?.agents.alive ?? 0) > 0))
      cancel = clock.after(TICK_MS, draw)
  }
  tray.on('click', acts.open)
  nativeTheme.on('updated', draw)
  draw()
  return {
    draw: drawNews,
    close() {
      cancel()
      nativeTheme.off('updated', draw)
      tray.destroy()
    },
  }
}

/** Everything in the menu but the elapsed times. */
const signOf = (yards: readonly ShownYard[]): string =>
  JSON.stringify(
    yards.map((yard) => {
      const { summary, agents } = yard.glimpse() ?? { summary: null, agents: [] }
      const working = agents.map(({ id, task, startedAt }) => [id, task, startedAt])
      return [yard.root, lineOf(yard), summary?.paused, summary?.attention, working]
    }),
  )

/** Attention beats paused beats running. */
export function lookOf(summary: Summary | null): Look {
  if (summary === null) return 'idle'
  if (summary.attention.length > 0) return 'attention'
  if (summary.paused) return 'paused'
  return summary.agents.alive > 0 ? 'running' : 'idle'
}

const BY_WEIGHT: readonly Look[] = ['attention', 'running', 'paused', 'idle']

/** Of several yards one that runs outweighs one that is paused. */
function lookOfAll(summaries: readonly (Summary | null)[]): Look {
  const looks = summaries.map(lookOf)
  return BY_WEIGHT.find((look) => looks.includes(look)) ?? 'idle'
}

/** `atlas: 3 working, 1 needs you` */
export function textOf(summary: Summary): string {
  const { name, paused, agents, attention } = summary
  const parts = [agents.alive > 0 ? `${agents.alive} working` : 'nobody working']
  if (paused) parts.unshift('paused')
  if (attention.length > 0)
    parts.push(`${attention.length} ${attention.length === 1 ? 'needs' : 'need'} you`)
  return `${name}: ${parts.join(', ')}`
}

function lineOf(yard: ShownYard): string {
  const summary = yard.glimpse()?.summary
  return summary ? textOf(summary) : `${yard.name}: does not answer`
}

type Item = MenuItemConstructorOptions
const LINE: Item = { type: 'separator' }

export function trayMenu(yards: readonly ShownYard[], now: number, acts: TrayActs): Item[] {
  const attention = yards.flatMap(({ root, glimpse }) =>
    (glimpse()?.summary.attention ?? []).map((item) => ({ root, item })),
  )
  const agents = yards.flatMap(({ root, glimpse }) =>
    (glimpse()?.agents ?? []).map((agent) => ({ root, agent })),
  )
  return [
    ...yards.map((yard) => ({ label: shortLabel(lineOf(yard)), enabled: false })),
    ...(yards.length === 0 ? [{ label: 'No yard is open', enabled: false }] : []),
    LINE,
    ...attentionItems(attention, acts),
    { label: 'Open Yardmaster', click: acts.open },
    { label: 'New Task…', enabled: yards.length > 0, click: acts.newTask },
    ...yards.map((yard) => pauseItem(yard, yards.length > 1, acts)),
    {
      label: 'Agents',
      enabled: agents.length > 0,
      submenu: agents.slice(0, MOST_AGENTS).map(({ root, agent }) => ({
        label: shortLabel(`${agent.id} · ${agent.task} · ${elapsedOf(agent, now)}`),
        submenu: [{ label: 'Kill…', click: () => acts.kill(root, agent) }],
      })),
    },
    LINE,
    { label: 'Keeps working when closed', type: 'checkbox', checked: true, enabled: false },
    { label: 'Settings…', click: acts.settings },
    LINE,
    { label: 'Quit Window', click: acts.quitWindow },
    { label: 'Stop and Quit…', click: acts.quit },
  ]
}

function attentionItems(
  list: readonly { readonly root: string; readonly item: Attention }[],
  acts: TrayActs,
): Item[] {
  if (list.length === 0) return []
  const items: Item[] = list.slice(0, MOST_ATTENTION).map(({ root, item }) => ({
    label: shortLabel(item.text),
    click: () => acts.attend(root, item.task),
  }))
  const left = list.length - items.length
  const first = list[0]
  if (left > 0 && first)
    items.push({ label: `${left} more…`, click: () => acts.attend(first.root, null) })
  return [...items, LINE]
}

function pauseItem({ root, name, glimpse }: ShownYard, isOneOfMany: boolean, acts: TrayActs): Item {
  const summary = glimpse()?.summary ?? null
  const isPaused = summary?.paused ?? false
  const verb = isPaused ? 'Resume' : 'Pause'
  return {
    label: isOneOfMany ? shortLabel(`${verb} ${name}`) : verb,
    enabled: summary !== null,
    click: () => (isPaused ? acts.resume(root) : acts.pause(root)),
  }
}

/** `12m 41s` since its start; empty while it has none. */
export const elapsedOf = ({ startedAt }: AgentView, now: number): string =>
  startedAt === null ? 'starting' : durationText(Math.max(0, now - Date.parse(startedAt)))

/** Text of others on one line of a menu. */
function shortLabel(text: string): string {
  const plain = text.replace(/\s+/g, ' ')
  return plainLabel(plain.length > MOST_LETTERS ? `${plain.slice(0, MOST_LETTERS - 1)}…` : plain)
}

function imageOf(folder: string, look: Look): Electron.NativeImage {
  const isMac = process.platform === 'darwin'
  const ground = nativeTheme.shouldUseDarkColors ? 'on-dark' : 'on-light'
  const image = nativeImage.createFromPath(
    join(folder, `tray-${look}-${isMac ? 'template' : ground}.png`),
  )
  image.setTemplateImage(isMac)
  return image
}
