/* SPDX-License-Identifier: MIT */
/* The table of operations as a text, see harness/agent/wire/layout.ts. */
#ifndef GMEMTEST_LAYOUT_H
#define GMEMTEST_LAYOUT_H

/* Valid until the process ends. */
const char *layout_describe(void);

#endif /* GMEMTEST_LAYOUT_H */
