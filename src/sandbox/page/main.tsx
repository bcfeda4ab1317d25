import { createRoot } from 'react-dom/client'
import { Page } from './Page.tsx'
import type { PageSettings } from './settings.ts'

const settings = JSON.parse(document.getElementById('settings')?.textContent ?? '{}') as PageSettings
createRoot(document.getElementById('page') as HTMLElement).render(<Page settings={settings} />)
