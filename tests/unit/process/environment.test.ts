// What reaches a compiler, and what reaches a program that fetches.
import { execFileSync } from 'node:child_process'
import { test } from 'tap'
import { environmentOf, proxiesIn, withCleanEnvironment } from '../../../harness/process/environment.ts'

/** Variables of a shell that change what compilers, make, scripts and the loader do. */
const harmful = `
  CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH LIBRARY_PATH COMPILER_PATH GCC_EXEC_PREFIX
  GCC_COLORS GCC_COMPARE_DEBUG DEPENDENCIES_OUTPUT SUNPRO_DEPENDENCIES COLLECT_GCC SOURCE_DATE_EPOCH
  LD_RUN_PATH LD_LIBRARY_PATH LD_PRELOAD LD_AUDIT LDEMULATION ASFLAGS CC LD AR HOSTCC CFLAGS CPPFLAGS
  LDFLAGS HOSTCFLAGS HOSTLDFLAGS KCFLAGS KCPPFLAGS KAFLAGS KBUILD_OUTPUT KBUILD_CFLAGS KBUILD_VERBOSE
  KBUILD_EXTMOD KCONFIG_CONFIG KCONFIG_ALLCONFIG ARCH SUBARCH SRCARCH CROSS_COMPILE LLVM LLVM_IAS
  LOCALVERSION INSTALL_MOD_PATH O V W MAKEFLAGS MFLAGS GNUMAKEFLAGS MAKEFILES MAKELEVEL MAKEOVERRIDES
  GREP_OPTIONS GREP_COLORS BASH_ENV ENV CDPATH SHELLOPTS BASHOPTS IFS PS4 POSIXLY_CORRECT LC_MESSAGES
  LANG LANGUAGE TAR_OPTIONS XZ_OPT XZ_DEFAULTS GZIP PERL5LIB PERL5OPT PYTHONPATH GIT_DIR GIT_WORK_TREE
  GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_EXTERNAL_DIFF GIT_CONFIG_COUNT TARGET_ARCH USERCFLAGS
  USERLDFLAGS KHDR_INCLUDES TERM BISON_PKGDATADIR M4PATH OBJTOOL_ARGS
`
  .trim()
  .split(/\s+/)
const helpful = `
  http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY GIT_SSL_CAINFO
  GIT_SSL_CAPATH SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE GIT_SSH GIT_SSH_COMMAND SSH_AUTH_SOCK
  XDG_CONFIG_HOME
`
  .trim()
  .split(/\s+/)

function shellWith(names: readonly string[]): Record<string, string> {
  return { PATH: '/bin', HOME: '/home/me', ...Object.fromEntries(names.map((name) => [name, `bad ${name}`])) }
}

for (const program of [
  'gcc',
  '/usr/bin/gcc',
  'ld',
  'make',
  'flock',
  'strip',
  'tar',
  'ldd',
  'git',
  'apt-get',
  'apt-cache',
]) {
  void test(`nothing of a shell changes the work of ${program}`, (t) => {
    const environment = environmentOf(program, shellWith(harmful))
    t.strictSame(environment, { PATH: '/bin', HOME: '/home/me', LC_ALL: 'C', TZ: 'UTC' })
    t.end()
  })
}

for (const [program, reaches] of [
  ['git', true],
  ['/usr/bin/git', true],
  ['apt-get', true],
  ['apt-cache', true],
  ['gcc', false],
  ['make', false],
  ['flock', false],
] as const) {
  void test(`the way to the network ${reaches ? 'reaches' : 'does not reach'} ${program}`, (t) => {
    const environment = environmentOf(program, shellWith(helpful))
    for (const name of helpful) t.equal(environment[name], reaches ? `bad ${name}` : undefined, name)
    t.end()
  })
}

for (const [given, wanted] of [
  [{}, {}],
  [{ http_proxy: '' }, {}],
  [{ HTTP_PROXY: 'http://a' }, { http_proxy: 'http://a' }],
  [
    { FTP_PROXY: 'a', NO_PROXY: '.lan' },
    { ftp_proxy: 'a', no_proxy: '.lan' },
  ],
  [{ https_proxy: 'a', HTTPS_PROXY: 'b' }, { https_proxy: 'a' }],
  [{ https_proxy: '', HTTPS_PROXY: 'b' }, { https_proxy: 'b' }],
  [{ all_proxy: 'a' }, { all_proxy: 'a', http_proxy: 'a', https_proxy: 'a' }],
  [
    { ALL_PROXY: 'a', HTTPS_PROXY: 'b' },
    { all_proxy: 'a', http_proxy: 'a', https_proxy: 'b' },
  ],
] as const) {
  void test(`git and apt get the proxies of ${JSON.stringify(given)} in small letters`, (t) => {
    t.strictSame(proxiesIn(given), wanted)
    for (const program of ['git', 'apt-get']) t.match(environmentOf(program, given), wanted)
    t.notMatch(environmentOf('make', given), { http_proxy: /./ })
    t.end()
  })
}

void test('the language and the time zone are always the same', (t) => {
  for (const LC_ALL of ['', 'tr_TR.UTF-8', 'no such', 'C.UTF-8']) {
    t.match(environmentOf('make', { LC_ALL, TZ: 'Odd/Place', LANG: 'de_DE' }), { LC_ALL: 'C', TZ: 'UTC' })
  }
  t.end()
})

void test('a home that is none is replaced, since ccache stops without one', (t) => {
  for (const HOME of ['', 'relative', undefined]) t.match(environmentOf('make', { HOME })['HOME'], /^\//)
  const environment = environmentOf('make', { HOME: '/', XDG_CACHE_HOME: '/c', CCACHE_DIR: '/d' })
  t.match(environment, { HOME: '/', XDG_CACHE_HOME: '/c', CCACHE_DIR: '/d' })
  t.end()
})

void test('the command has this environment and what the caller adds', (t) => {
  process.env['CPATH'] = '/bad'
  process.env['https_proxy'] = 'http://proxy'
  const [file, args] = withCleanEnvironment('env', [], { TMPDIR: '/here', LC_ALL: 'C.UTF-8' })
  const lines = execFileSync(file, args, { encoding: 'utf8' }).trim().split('\n')
  t.ok(lines.includes('TMPDIR=/here'))
  t.ok(lines.includes('LC_ALL=C.UTF-8'))
  t.strictSame(
    lines.filter((line) => /^(CPATH|https_proxy|NODE|TAP)/.test(line)),
    [],
  )
  t.end()
})
