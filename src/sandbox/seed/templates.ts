import { fromText } from '../../core/document.ts'
import type { Filter } from '../../core/find/filter.ts'
import { saveFind } from '../../core/find/saved.ts'
import { findTags } from '../../core/tags/tags.ts'
import { saveTemplate } from '../../core/templates/templates.ts'
import type { AgentName } from './people.ts'
import type { TeamName } from './teams.ts'
import type { Town } from './town.ts'

const HELLO = 'Hello {{ customer.first_name | default: "there" }},\n\n'

const TEMPLATES: { of: TeamName | AgentName; name: string; subject: string; text: string }[] = [
  {
    of: 'Support',
    name: 'A delivery is late',
    subject: 'Your delivery comes later',
    text: `${HELLO}your delivery to {{ customer.company | default: "you" }} comes a day later than we said. We are sorry.\n\nShall we keep the order as it is, or send half of it today?`,
  },
  {
    of: 'Support',
    name: 'Bulbs that do not sprout',
    subject: 'About your bulbs',
    text: `${HELLO}thank you for telling us. Please send us a picture of the bulbs and of their label: we replace what does not sprout.`,
  },
  {
    of: 'Support',
    name: 'A new invoice',
    subject: '',
    text: `${HELLO}the corrected invoice is on its way to you. You have {{ account.days_to_pay | default: "14" }} days to pay it.`,
  },
  {
    of: 'Sales',
    name: 'Spring catalogue',
    subject: 'Our spring catalogue for {{ customer.company | default: "you" }}',
    text: `${HELLO}our new catalogue is out. Which of our tulips may I reserve for you?`,
  },
  { of: 'Ann', name: 'Back on Monday', subject: '', text: `${HELLO}I look into this on Monday and write to you then.` },
]

interface View {
  of: TeamName | AgentName
  name: string
  filter: Filter
}

const VIEWS: View[] = [
  { of: 'Support', name: 'Waiting for us', filter: { status: ['open', 'in_progress'] } },
  { of: 'Ann', name: 'Urgent this week', filter: { priority: ['urgent', 'high'], created: { last: '1w' } } },
]

/** Texts to begin with, and views to look at, of teams and of one's own. */
export async function seedTemplates(town: Town): Promise<void> {
  await town.write(async tx => {
    for (const { of, name, subject, text } of TEMPLATES)
      await saveTemplate(tx, null, { teamId: whose(town, of), name, subject, body: fromText(text) }, town.agents.Ann)
  })
}

/** Once the tags are there by which they look. */
export async function seedViews(town: Town): Promise<void> {
  await town.write(async tx => {
    const [late] = await findTags(tx.q, 'Late', 1)
    const byTag: View[] = late ? [{ of: 'Support', name: 'Late deliveries', filter: { tags: [late.id] } }] : []
    for (const { of, name, filter } of [...VIEWS, ...byTag])
      await saveFind(tx, { name, filter, teamId: whose(town, of), agent: town.agents.Ann })
  })
}

/** A team's id, or null for what is somebody's own. */
function whose({ teams }: Town, of: TeamName | AgentName): string | null {
  return of in teams ? teams[of as TeamName].id : null
}
