import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Finding {
  readonly message: string;
  readonly range: { readonly start: Position };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: any;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** yaml-language-server, which editors run, over its protocol: JSON-RPC with Content-Length headers on stdio. */
export class LanguageServer {
  readonly #process: ChildProcess;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #findings = new Map<string, (findings: readonly Finding[]) => void>();
  #received = Buffer.alloc(0);
  #lastId = 0;

  private constructor() {
    const require = createRequire(import.meta.url);
    const home = dirname(require.resolve('yaml-language-server/package.json'));
    const entry = join(home, 'bin', 'yaml-language-server');
    this.#process = spawn(process.execPath, [entry, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#process.stdout!.on('data', (bytes: Buffer) => this.#receive(bytes));
  }

  static async start(root: string): Promise<LanguageServer> {
    const server = new LanguageServer();
    const rootUri = pathToFileURL(root).href;
    await server.request('initialize', {
      processId: process.pid,
      rootUri,
      workspaceFolders: [{ name: 'project', uri: rootUri }],
      capabilities: {
        textDocument: {
          completion: { completionItem: { snippetSupport: true } },
          hover: { contentFormat: ['markdown'] },
        },
        workspace: { configuration: true },
      },
    });
    server.#notify('initialized', {});
    server.#notify('workspace/didChangeConfiguration', { settings: { yaml: settings } });
    return server;
  }

  /** What the editor underlines in a text that stands at `path`. */
  open(path: string, text: string): Promise<readonly Finding[]> {
    const uri = pathToFileURL(path).href;
    const found = new Promise<readonly Finding[]>((resolve) => this.#findings.set(uri, resolve));
    const textDocument = { uri, languageId: 'yaml', version: 1, text };
    this.#notify('textDocument/didOpen', { textDocument });
    return found;
  }

  /** The words that the editor offers at a place of an open file. */
  async complete(
    path: string,
    position: Position,
  ): Promise<readonly { label: string; insertText?: string }[]> {
    const textDocument = { uri: pathToFileURL(path).href };
    const answer = await this.request('textDocument/completion', { textDocument, position });
    return (answer as { items: { label: string }[] }).items;
  }

  async hover(path: string, position: Position): Promise<string> {
    const textDocument = { uri: pathToFileURL(path).href };
    const answer = await this.request('textDocument/hover', { textDocument, position });
    return (answer as { contents: { value: string } } | null)?.contents.value ?? '';
  }

  stop(): void {
    this.#process.kill();
  }

  request(method: string, params: object): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) =>
      this.#answers.set(id, ({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(error.message)),
      ),
    );
    this.#send({ id, method, params });
    return answer;
  }

  #notify(method: string, params: object): void {
    this.#send({ method, params });
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#process.stdin!.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, end))?.[1]);
      if (this.#received.length < end + 4 + length) return;
      const body = this.#received.toString('utf8', end + 4, end + 4 + length);
      this.#received = this.#received.subarray(end + 4 + length);
      this.#handle(JSON.parse(body) as Message);
    }
  }

  #handle(message: Message): void {
    const { id, method, params } = message;
    if (method === undefined) this.#answers.get(id!)?.(message);
    else if (method === 'textDocument/publishDiagnostics')
      this.#findings.get(params.uri)?.(params.diagnostics);
    else if (id !== undefined) {
      // The server asks back for its settings, and whether it may register itself.
      const items = (params?.items ?? []) as { section?: string }[];
      const result =
        method === 'workspace/configuration'
          ? items.map(({ section }) => (section === 'yaml' ? settings : {}))
          : null;
      this.#send({ id, result });
    }
  }
}

/** As editors have them, but for the network. */
const settings = {
  validate: true,
  hover: true,
  completion: true,
  schemaStore: { enable: false, url: '' },
  schemas: {},
  kubernetesCRDStore: { enable: false },
};
