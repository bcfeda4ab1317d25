import type { Scene } from '../scene.ts'
import { chat } from './chat.ts'
import { find, view } from './find.ts'
import { form } from './form.ts'
import { customer, tray, trouble } from './people.ts'
import { chart, sla, stats } from './sla.ts'
import { merge, schedule, ticket } from './tickets.ts'
import { template, templates } from './template.ts'

/** All pictures of the docs, in the order in which they are taken. */
export const scenes: Scene[] = [
  ticket,
  form,
  find,
  view,
  schedule,
  merge,
  sla,
  templates,
  template,
  stats,
  chart,
  customer,
  trouble,
  tray,
  chat,
]
