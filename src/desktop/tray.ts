/** The tray as data: the look of its icon, its text and its menu, and the badge of the app. */
import { oneLine } from '../base/text.ts'
import type { AgentView, Attention, Summary } from '../contract/view.ts'
import { durationText } from '../domain/format.ts'
import { LINE, plainLabel, type MenuItem } from './menu.ts'
import type { OpenYard } from './open-yards.ts'

export interface TrayActions {
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

type TrayLook = 'idle' | 'running' | 'paused' | 'attention'
export type ShownYard = Pick<OpenYard, 'root' | 'name' | 'glimpse'>

const MOST_ATTENTION = 5
const MOST_AGENTS = 8
const MOST_LETTERS = 80

/** Everything in the menu but the elapsed times: where it is equal, nothing has to be drawn. */
export const traySignature = (yards: readonly ShownYard[]): string =>
  JSON.stringify(
    yards.map((yard) => {
      const { summary, agents } = yard.glimpse() ?? { summary: null, agents: [] }
      const working = agents.map(({ id, task, startedAt }) => [id, task, startedAt])
      return [yard.root, lineOf(yard), summary?.paused, summary?.attention, working]
    }),
  )

/** Attention beats paused beats running. */
export function lookOf(summary: Summary | null): TrayLook {
  if (summary === null) return 'idle'
  if (summary.attention.length > 0) return 'attention'
  if (summary.paused) return 'paused'
  return summary.agents.alive > 0 ? 'running' : 'idle'
}

const BY_WEIGHT: readonly TrayLook[] = ['attention', 'running', 'paused', 'idle']

/** Of several yards, one that runs outweighs one that is paused. */
export function trayLook(yards: readonly ShownYard[]): TrayLook {
  const looks = yards.map(({ glimpse }) => lookOf(glimpse()?.summary ?? null))
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

/** One line per yard. */
export const trayText = (yards: readonly ShownYard[]): string =>
  yards.map(lineOf).join('\n') || 'Yardmaster'

/** The file of an icon. macOS colours a template image itself. */
export function trayIcon(look: TrayLook, isDark: boolean, platform: NodeJS.Platform): string {
  const ground = platform === 'darwin' ? 'template' : isDark ? 'on-dark' : 'on-light'
  return `tray-${look}-${ground}.png`
}

/** How many things need somebody, and that as text for systems whose badge has no number. */
export function badgeOf(yards: readonly Pick<ShownYard, 'glimpse'>[]): {
  readonly count: number
  readonly text: string
} {
  const count = yards.reduce(
    (sum, { glimpse }) => sum + (glimpse()?.summary.attention.length ?? 0),
    0,
  )
  if (count === 0) return { count, text: '' }
  return { count, text: count === 1 ? '1 thing needs you' : `${count} things need you` }
}

function lineOf(yard: ShownYard): string {
  const summary = yard.glimpse()?.summary
  return summary ? textOf(summary) : `${yard.name}: does not answer`
}

export function trayMenu(
  yards: readonly ShownYard[],
  now: number,
  actions: TrayActions,
): MenuItem[] {
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
    ...attentionItems(attention, actions),
    { label: 'Open Yardmaster', click: actions.open },
    { label: 'New Task…', enabled: yards.length > 0, click: actions.newTask },
    ...yards.map((yard) => pauseItem(yard, yards.length > 1, actions)),
    {
      label: 'Agents',
      enabled: agents.length > 0,
      submenu: agents.slice(0, MOST_AGENTS).map(({ root, agent }) => ({
        label: shortLabel(`${agent.id} · ${agent.task} · ${elapsedOf(agent, now)}`),
        submenu: [{ label: 'Kill…', click: () => actions.kill(root, agent) }],
      })),
    },
    LINE,
    { label: 'Keeps working when closed', type: 'checkbox', checked: true, enabled: false },
    { label: 'Settings…', click: actions.settings },
    LINE,
    { label: 'Quit Window', click: actions.quitWindow },
    { label: 'Stop and Quit…', click: actions.quit },
  ]
}

function attentionItems(
  list: readonly { readonly root: string; readonly item: Attention }[],
  actions: TrayActions,
): MenuItem[] {
  if (list.length === 0) return []
  const items: MenuItem[] = list.slice(0, MOST_ATTENTION).map(({ root, item }) => ({
    label: shortLabel(item.text),
    click: () => actions.attend(root, item.task),
  }))
  const left = list.length - items.length
  const first = list[0]
  if (left > 0 && first)
    items.push({ label: `${left} more…`, click: () => actions.attend(first.root, null) })
  return [...items, LINE]
}

function pauseItem(
  { root, name, glimpse }: ShownYard,
  isOneOfMany: boolean,
  actions: TrayActions,
): MenuItem {
  const summary = glimpse()?.summary ?? null
  const isPaused = summary?.paused ?? false
  const verb = isPaused ? 'Resume' : 'Pause'
  return {
    label: isOneOfMany ? shortLabel(`${verb} ${name}`) : verb,
    enabled: summary !== null,
    click: () => (isPaused ? actions.resume(root) : actions.pause(root)),
  }
}

/** `12m 41s` since its start; empty while it has none. */
export const elapsedOf = ({ startedAt }: AgentView, now: number): string =>
  startedAt === null ? 'starting' : durationText(now - Date.parse(startedAt))

/** Text of others on one line of a menu. */
const shortLabel = (text: string): string => plainLabel(oneLine(text, MOST_LETTERS))
