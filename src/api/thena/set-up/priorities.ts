import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped, moment } from '../envelope.ts'
import { ORGANISATION } from '../organisation.ts'
import { PRIORITIES } from '../tickets/ticket.ts'

const priorityShape = z
  .object({
    id: z.string(),
    name: z.string(),
    displayName: z.string(),
    description: z.string().nullable(),
    isDefault: z.boolean(),
    teamId: z.string().nullable(),
    organizationId: z.string(),
    createdAt: moment.nullable(),
    updatedAt: moment.nullable(),
  })
  .meta({ id: 'ThenaPriority' })

/** What a ticket's priority can be: the same four for all teams. */
export const priorities: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/tickets/priority',
    {
      config: { scope: 'setup:read' },
      schema: { summary: 'All priorities', response: { 200: enveloped(z.array(priorityShape)) } },
    },
    async () => envelope(ALL, store.now()),
  )
}

const ALL = Object.entries(PRIORITIES).map(([id, name]) => ({
  id,
  name,
  displayName: name,
  description: null,
  isDefault: id === 'medium',
  teamId: null,
  organizationId: ORGANISATION,
  createdAt: null,
  updatedAt: null,
}))
