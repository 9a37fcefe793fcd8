// S-A19, S-A20, S-A22, S-A23, S-A24, S-A30, S-A33: what the pages of a huge page read after every order of up to four events: touched
// while it is split or whole, or not at all, made private and shared, punched in part or as a whole, split, merged and allocated.
//
// The courses follow each other in one huge page of each size, which begins each without memory: it gets old data of the course
// before. A touch of a whole 1G page zeroes all of it, so a 1G page takes a sample of the courses without one.
import { pagesPerHugePage, scenario } from '../../../harness/api.ts'
import { coursesOf, stepsOfCourse, type Course } from '../common/huge-page-histories.ts'

const most1G = 8

/** Merges with touched pages before and after them, of a 1G page that is never all shared: these are fast. */
function sample(courses: readonly Course[]): Course[] {
  const fitting = courses.filter(
    ({ events }) =>
      events.length === 4 &&
      events.includes('merge') &&
      events.includes('own') &&
      !events.includes('touch') &&
      !events.includes('share-all'),
  )
  const step = Math.ceil(fitting.length / most1G)
  return fitting.filter((_, index) => index % step === 0)
}

export default scenario({
  title: 'pages of a huge page read what the rules say after every order of four touches, splits, merges and holes',
  rules: ['S-A19', 'S-A20', 'S-A22', 'S-A23', 'S-A24', 'S-A30', 'S-A33', 'S-A16'],
  bugs: ['O-7', 'A-40'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 2, '1G': 1 },
  timeout: 40,
  async run({ memory, pools, check }) {
    await pools.poison('2M', 0xdd)
    const cases = [
      { size: '2M', initially: 'shared', courses: coursesOf('shared'), least: 200 },
      { size: '2M', initially: 'private', courses: coursesOf('private'), least: 200 },
      { size: '1G', initially: 'private', courses: sample(coursesOf('private')), least: 6 },
    ] as const
    for (const { size, initially, courses, least } of cases) {
      check.that(courses.length >= least, `a huge page of ${size} has at least ${least} courses`)
      const file = await memory({ pages: pagesPerHugePage(size), hugePages: size, initially })
      await file.perform(courses.flatMap((course, number) => stepsOfCourse(course, { huge: file.all, number })))
      await file.expectAccounting()
    }
  },
})
