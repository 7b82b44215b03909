/** What a stage may see of the user's environment: places, language and the way to the network; no results depend on it. */
const allowed = [
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
];

export type Environment = Readonly<Record<string, string | undefined>>;

export function workerEnvironment(environment: Environment): Record<string, string> {
  const own: Record<string, string> = {};
  for (const name of allowed) {
    const value = environment[name];
    if (value !== undefined) own[name] = value;
  }
  return own;
}
