import { err, ok, type Result } from '../base/result.js';
import { problem, type Diagnostic } from './diagnostic.js';
import { rangeAt, sourceText } from './source-text.js';
import { safeLine } from '../base/safe-text.js';

const largest = 1024 * 1024;

const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/;

/** Bytes to text: UTF-8 of at most 1 MiB without control characters. */
export function decodeText(file: string, bytes: Uint8Array): Result<string, Diagnostic> {
  if (bytes.length > largest)
    return err(
      problem(
        'FILE_TOO_LARGE',
        rangeAt(sourceText(file, ''), 0),
        `The file has ${bytes.length} bytes; a pipeline file has at most ${largest}.`,
        { help: 'Keep data in files of its own.' },
      ),
    );
  const text = new TextDecoder('utf-8').decode(bytes);
  const at = text.search(controls);
  if (at < 0) return ok(text);
  const bad = text[at] ?? '';
  const what = bad === '\ufffd' ? 'bytes that are not UTF-8' : `the control character ${safeLine(bad)}`;
  return err(
    problem('NOT_TEXT', rangeAt(sourceText(file, text), at), `This is not a text file: it holds ${what}.`, {
      help: 'A pipeline is YAML in UTF-8. Is this the right file?',
    }),
  );
}
