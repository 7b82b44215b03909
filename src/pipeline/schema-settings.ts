import { byteSize, closed, duration, reference, text, type Schema } from './schema-words.js';

const whole = (minimum: number, description: string): Schema => ({
  $comment: 'parameter',
  anyOf: [{ type: 'integer', minimum }, reference('expression')],
  description,
});

const durationOrExpression = (description: string): Schema => ({
  $comment: 'parameter',
  anyOf: [duration, reference('expression')],
  description,
});

/** The causes for which a stage may be tried again. */
const retryCauses = ['infra', 'oom', 'timeout'] as const;

/** How a stage is run. None of it is part of a key: it changes when and where results are made, not what they are. */
export function settingsKeys(): Record<string, Schema> {
  return {
    resources: {
      ...closed('resources', {
        cpus: whole(1, 'Slots that an instance occupies; a stage with threads may use that many.'),
        memory: {
          $comment: 'parameter',
          anyOf: [byteSize, reference('expression')],
          description: 'What an instance needs at most; no more start at a time than fit, for example 3GiB.',
        },
        gpus: whole(
          0,
          'For executors that know graphics processors; a run on this machine does not count them.',
        ),
      }),
      description: 'What an instance needs.',
    },
    timeout: durationOrExpression('An instance that takes longer has failed, for example 4h.'),
    retry: {
      ...closed('retry', {
        times: whole(0, 'How often a failed instance is tried again.'),
        on: {
          type: 'array',
          minItems: 1,
          uniqueItems: true,
          items: {
            type: 'string',
            pattern: `^(${retryCauses.join('|')}|exit:\\d{1,3})$`,
            patternHint: `${retryCauses.join(', ')} or exit:<code>`,
          },
          description:
            'Causes: infra (the process was lost), oom (memory ran out), timeout, exit:<code> of a command. Default: infra.',
        },
        backoff: durationOrExpression(
          'The pause before the first further try; each next one is twice as long.',
        ),
      }),
      description: 'Further tries after a failure.',
    },
    checkpoint: {
      ...closed('checkpoint', {
        every: durationOrExpression('Time between checkpoints (default 60s).'),
        keep: whole(1, 'How many of the newest are kept (default 2).'),
      }),
      description: 'How often unfinished work is saved.',
    },
  };
}

/** `env:` of people's own programs: part of the key. */
export function envSchema(): Schema {
  return {
    title: 'env',
    type: 'object',
    propertyNames: {
      type: 'string',
      pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$',
      patternHint: 'a name of letters, digits and _',
    },
    additionalProperties: {
      anyOf: [
        text('The value; it may hold expressions.'),
        {
          ...closed(
            'a variable',
            { external: { const: true, description: 'Taken from your environment.' } },
            ['external'],
          ),
        },
      ],
    },
    description: 'Environment variables of a program; their values are part of the key.',
  };
}
