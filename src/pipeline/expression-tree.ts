import type { ASTNode } from '@marcbachmann/cel-js';
import { err, ok, type Result } from '../base/result.js';
import { allowedFunctions, allowedMethods, comprehensions } from './cel-functions.js';
import type { ExpressionProblem } from './expression.js';
import { nearest } from './near.js';
import { listed } from './terminal-text.js';

/** What an expression depends on. */
export interface Uses {
  readonly params: readonly string[];
  /** Names of matrix axes, and of axes that stand by their own name. */
  readonly axes: readonly string[];
  /** Inputs of a component. */
  readonly inputs: readonly string[];
}

interface Walk {
  readonly params: Set<string>;
  readonly axes: Set<string>;
  readonly inputs: Set<string>;
  /** Axes that stand by their own name. */
  readonly names: readonly string[];
  problem: ExpressionProblem | undefined;
}

/** Finds what an expression uses, and refuses what cannot be constant at plan time or costs too much. */
export function inspect(root: ASTNode, names: readonly string[]): Result<Uses, ExpressionProblem> {
  const walk: Walk = { params: new Set(), axes: new Set(), inputs: new Set(), names, problem: undefined };
  visit(walk, root, false);
  if (walk.problem !== undefined) return err(walk.problem);
  return ok({ params: [...walk.params], axes: [...walk.axes], inputs: [...walk.inputs] });
}

function visit(walk: Walk, node: ASTNode, inComprehension: boolean): void {
  if (walk.problem !== undefined) return;
  switch (node.op) {
    case 'id':
      visitName(walk, node, node.args);
      return;
    case '.':
      if (node.args[0].op === 'id' && node.args[0].args === 'params') walk.params.add(node.args[1]);
      else if (node.args[0].op === 'id' && node.args[0].args === 'matrix') walk.axes.add(node.args[1]);
      else if (node.args[0].op === 'id' && node.args[0].args === 'inputs') walk.inputs.add(node.args[1]);
      else visit(walk, node.args[0], inComprehension);
      return;
    case 'call':
      if (!allowedFunctions.includes(node.args[0]))
        refuseFunction(walk, node, node.args[0], allowedFunctions);
      else if (inComprehension && node.args[0] === 'range') refuseNesting(walk, node);
      for (const argument of node.args[1]) visit(walk, argument, inComprehension);
      return;
    case 'rcall': {
      const [name, receiver, args] = node.args;
      const loops = comprehensions.includes(name);
      if (!allowedMethods.includes(name)) refuseFunction(walk, node, name, allowedMethods);
      else if (loops && inComprehension) refuseNesting(walk, node);
      visit(walk, receiver, inComprehension);
      for (const argument of args) visit(walk, argument, inComprehension || loops);
      return;
    }
    default:
      for (const child of children(node.args)) visit(walk, child, inComprehension);
  }
}

function visitName(walk: Walk, node: ASTNode, name: string): void {
  if (walk.names.includes(name)) walk.axes.add(name);
  else if (name === 'stages' || name === 'steps' || name === 'state')
    refuse(walk, node, {
      code: 'EDGE_IN_EXPRESSION',
      message: `${name}... is the output of a stage: it is not known before the run, so that nothing can be computed with it.`,
      help: 'Give it whole to an input, for example  weights: ${stages.init.weights}',
    });
  else if (name === 'params' || name === 'matrix' || name === 'inputs')
    refuse(walk, node, {
      code: 'EXPRESSION_TYPE',
      message: `${name} is not a value itself.`,
      help: `Name one of its members: ${name}.<name>`,
    });
}

function refuseFunction(walk: Walk, node: ASTNode, name: string, known: readonly string[]): void {
  refuse(walk, node, {
    code: 'UNKNOWN_FUNCTION',
    message: `There is no function "${name}" here.`,
    help: `Functions: ${listed(known, 20)}.`,
    suggestion: nearest(name, known),
  });
}

function refuseNesting(walk: Walk, node: ASTNode): void {
  refuse(walk, node, {
    code: 'EXPRESSION_TOO_LARGE',
    message: 'A list is walked through for each element of another.',
    help: 'map, filter, all, exists and range cannot stand inside one another.',
  });
}

function refuse(walk: Walk, node: ASTNode, what: Omit<ExpressionProblem, 'start' | 'end'>): void {
  walk.problem ??= { ...what, start: node.range.start, end: node.range.end };
}

function children(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return (args as unknown[]).flatMap(children);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}
