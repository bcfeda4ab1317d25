import type { Scene } from '../scene.ts'
import { chat } from './chat.ts'
import { find, view } from './find.ts'
import { form } from './form.ts'
import { customer, trouble } from './people.ts'
import { sla, stats } from './sla.ts'
import { merge, schedule, ticket } from './tickets.ts'
import { template } from './template.ts'

/** All pictures of the docs, in the order in which they are taken. */
export const scenes: Scene[] = [
  ticket,
  form,
  find,
  view,
  schedule,
  merge,
  sla,
  template,
  stats,
  customer,
  trouble,
  chat,
]
