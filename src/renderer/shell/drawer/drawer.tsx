/** What has happened, and what went wrong: the journal, the service's own log, problems. */
import { X } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { setPreferences, usePreferences } from '../../model/preferences.ts'
import { JournalList } from './journal-list.tsx'
import { ProblemList } from './problem-list.tsx'
import { ServiceLog } from './service-log.tsx'
import './drawer.css'

const TABS = [
  ['journal', 'Journal'],
  ['log', 'Service log'],
  ['problems', 'Problems'],
] as const

const PANELS = { journal: JournalList, log: ServiceLog, problems: ProblemList }

export function Drawer() {
  const tab = usePreferences((preferences) => preferences.drawerTab)
  const Panel = PANELS[tab]
  return (
    <div className="drawer-content">
      <Tabs
        tabs={TABS}
        current={tab}
        onChange={(drawerTab) => setPreferences({ drawerTab })}
        label="Journal and log"
      >
        <Panel />
      </Tabs>
      <Button
        look="quiet"
        className="drawer-close"
        aria-label="Close the journal"
        onClick={() => setPreferences({ isDrawerOpen: false })}
      >
        <X size={14} strokeWidth={1.5} aria-hidden="true" />
      </Button>
    </div>
  )
}
