import type { Json } from '../base/json.js';
import { checkPart } from './check-schema.js';
import { rootChecker, useChecker, type Checker } from './checkers.js';
import { declaredChecker } from './declared-checker.js';
import { problem, type Diagnostic } from './diagnostic.js';
import type { ForeignType } from './model.js';
import type { ParamType } from './param-types.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { inputName, paramsName } from './root-schemas.js';
import { foreignInputSchema, foreignWithSchema } from './schema-stages.js';
import { paramsSchema, requiredInputs, withSchema } from './schema-with.js';
import { requiredParameters, type Signatures } from './signatures.js';
import type { StageSignature } from './stage.js';
import { listed } from './terminal-text.js';

/** The schema of pipeline files knows nothing of these types: `with` is checked on its own. */
export function checkForeignWith(
  type: ForeignType,
  given: Json | undefined,
  so: { file: ParsedFile; path: Path; signatures: Signatures; problems: Diagnostic[] },
): readonly Path[] {
  const { file, path, signatures, problems } = so;
  const { signature } = type;
  const needed = [...requiredInputs(signature), ...requiredParameters(signature, undefined)];
  if (given === undefined && needed.length > 0) {
    problems.push(
      problem('MISSING_KEY', file.keyAt(path), `The key "with" of ${String(path.at(-1))} is missing.`, {
        help: `It needs ${listed(needed)}.`,
      }),
    );
    return [[...path, 'with']];
  }
  const value = given ?? {};
  if (mappingAt(value) !== value) return [];
  const check = withChecker(type, signatures);
  const checked = checkPart(file, { path: [...path, 'with'], value, check, signatures });
  problems.push(...checked.problems);
  return checked.broken;
}

/** The checker of `with`; the one of the values that come out of it is put ready as well. */
function withChecker({ signature, values }: ForeignType, signatures: Signatures): Checker {
  if (values === undefined) return rootChecker(signature, 'with', () => foreignWithSchema(signature));
  useChecker(signature, paramsName(signature, undefined), evaluatedChecker(signature, values));
  const others = Object.entries(signature.inputs).map(([name, { gather = false }]) => {
    const check = rootChecker(signatures, inputName(gather), () => foreignInputSchema(gather));
    return [name, check] as const;
  });
  return declaredChecker({
    schema: () => withSchema(signature, undefined),
    required: [...requiredParameters(signature, undefined), ...requiredInputs(signature)],
    ...{ values, others: new Map(others), expressions: true },
  });
}

function evaluatedChecker(signature: StageSignature, values: ReadonlyMap<string, ParamType>): Checker {
  const required = requiredParameters(signature, undefined);
  return declaredChecker({ schema: () => paramsSchema(signature, undefined), required, values });
}
