import { chanceOf, oneOf } from './mail/chance.ts'

/** A customer of the imaginary shop who tries it out. */
export interface TrialCustomer {
  name: string
  address: string
  fields: { plan: string; seats: string; trial_ends: string }
}

/** So many customers with a name and a company each, always the same ones. */
export function trialCustomers(count: number): TrialCustomer[] {
  const chance = chanceOf(1842)
  const found = new Map<string, TrialCustomer>()
  while (found.size < count) {
    const [first, last] = [oneOf(FIRST, chance), oneOf(LAST, chance)]
    const address = `${ascii(first)}.${ascii(last)}@${oneOf(COMPANIES, chance)}.test`
    const fields = {
      plan: oneOf(['Garden', 'Greenhouse', 'Nursery'], chance),
      seats: String(1 + Math.floor(chance() ** 2 * 40)),
      trial_ends: oneOf(['Friday', 'Monday', 'Wednesday'], chance),
    }
    if (!found.has(address)) found.set(address, { name: `${first} ${last}`, address, fields })
  }
  return [...found.values()]
}

function ascii(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[^a-z]/gi, '')
    .toLowerCase()
}

const FIRST =
  'Ada Aisha Alice Amir Ana André Anouk Bea Carla Chen Chloé Clara Dana Dario Diego Elif Emil Emma Farid Felix Freya Grace Hana Hugo Ines Ivan Jamal Jin Jonas José Julia Kai Karin Lara Leila Leon Lina Luca Maja Malik Mara Marco Mei Mila Nadia Nils Nina Noah Noor Olga Omar Oscar Paula Pedro Priya Rafael Rosa Samir Sara Selma Sofia Tariq Tess Theo Tomás Uma Vera Viktor Yara Yuki Zoe'.split(
    ' ',
  )
const LAST =
  'Abbott Ahmadi Almeida Bakker Baumann Becker Berg Blanc Brandt Carter Castro Chang Costa Dahl Devi Dubois Eriksen Fischer Fontaine Garcia Gupta Haas Hansen Hoffmann Ito Ivanova Jansen Kaya Keller Khan Kim Kowalski Kruger Lambert Larsen Lehmann Li Lopez Marino Martin Meyer Moreau Mori Müller Nakamura Nguyen Novak Okafor Olsen Park Patel Pereira Petrov Reyes Ricci Rossi Sato Schmidt Silva Singh Sokolov Suzuki Tanaka Torres Vargas Visser Weber Wójcik Yilmaz Zhang'.split(
    ' ',
  )
const COMPANIES =
  'alderworks bellgarden birchline brightfold cedarlane cloverpost copperleaf dewfield eastgrove elmhouse fernhill foxmeadow gladebrook hazelnet hillcroft ironbloom juniperlab kestrelpark larkspur lindenhof maplerow marigold mossbank northfield oakwell orchardia peatland pinecrest poplarway quincetree rosewood rowanbrook saltmarsh stonepath sunmeadow thistledown valegreen willowtech wrenfield yarrow'.split(
    ' ',
  )
