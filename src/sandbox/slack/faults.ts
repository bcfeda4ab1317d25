import type { Fault, SlackFaults } from './types.ts'

/** What goes wrong on order; the API server takes one order per call. */
export function createFaults(): SlackFaults & { take(method: string): Fault | undefined } {
  let orders: { method: string; fault: Fault; left: number }[] = []
  return {
    next(method, fault, times = 1) {
      orders.push({ method, fault, left: times })
    },
    clear() {
      orders = []
    },
    take(method) {
      const order = orders.find(o => o.method === method || o.method === '*')
      if (!order) return undefined
      order.left -= 1
      if (order.left <= 0) orders = orders.filter(o => o !== order)
      return order.fault
    },
  }
}
